/**
 * Ctrl-C during long work: the first asks to stop at the next good moment, the second ends at once. Outside of watched work
 * the system's own way holds: the process just ends.
 */

/** One Ctrl-C reaches us several times: from the terminal, from npm and from the launcher. ms */
const SAME_SIGNAL = 1000;
/** Of a process that was ended by a signal, as shells have it. */
const CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/**
 * Runs work that looks at `signal` now and then.
 * @param onFirst called when the first signal comes
 */
export async function interruptible<T>(
  onFirst: () => void,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  let first = 0;
  const listen = (name: NodeJS.Signals): void => {
    if (!controller.signal.aborted) {
      first = performance.now();
      onFirst();
      controller.abort();
    } else if (performance.now() - first > SAME_SIGNAL) {
      process.exit(CODES[name as keyof typeof CODES]);
    }
  };
  const names = Object.keys(CODES) as (keyof typeof CODES)[];
  for (const name of names) process.on(name, listen);
  try {
    return await work(controller.signal);
  } finally {
    for (const name of names) process.off(name, listen);
  }
}
