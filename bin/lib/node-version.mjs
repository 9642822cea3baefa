// @ts-check
/** Which Node is needed. Plain old syntax: it must be readable for the Node that is too old. */

const NEEDED = { major: 20, minor: 19 };

/** @returns {string | null} one sentence when this Node is too old */
export function nodeFault() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const isNewEnough = major > NEEDED.major || (major === NEEDED.major && minor >= NEEDED.minor);
  if (isNewEnough) return null;
  return `gatewise needs Node ${NEEDED.major}.${NEEDED.minor} or newer, this is ${process.versions.node}: install one from https://nodejs.org.`;
}
