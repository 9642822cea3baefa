// @ts-check
/** One process at a time: two `npm start` at once on a fresh clone must not install over each other. */
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fromRoot } from './paths.mjs';

const FOLDER = fromRoot('.cache/');
const POLL = 200; // ms
/** The owner touches its lock this often, ms; one that was not touched for long has lost its owner. */
const TOUCH = 2000;
const LEFT_BEHIND = 20_000;

/**
 * Runs `work` while no other process runs work of this name.
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(name, work) {
  const path = `${FOLDER}${name}.lock`;
  mkdirSync(FOLDER, { recursive: true });
  let hasWaited = false;
  while (!take(path)) {
    if (!hasWaited) process.stderr.write(`Waiting for another gatewise process (${name}) ...\n`);
    hasWaited = true;
    await sleep(POLL);
  }
  const touching = setInterval(() => utimesSync(path, new Date(), new Date()), TOUCH);
  try {
    return await work();
  } finally {
    clearInterval(touching);
    rmSync(path, { force: true });
  }
}

/** @param {string} path @returns {boolean} whether the lock is ours now */
function take(path) {
  try {
    writeFileSync(path, `${process.pid}`, { flag: 'wx' });
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
  }
  if (isLeftBehind(path)) removeLeftBehind(path);
  return false;
}

/** Ctrl-C ends an owner without a chance to give the lock back. @param {string} path */
function isLeftBehind(path) {
  try {
    if (Date.now() - statSync(path).mtimeMs > LEFT_BEHIND) return true;
    const owner = Number(readFileSync(path, 'utf8'));
    return owner === process.pid || (owner > 0 && !isAlive(owner));
  } catch {
    return false; // given back in this moment
  }
}

/**
 * Renamed first, so that of several who wait only one removes it; what another has taken meanwhile is put back.
 * @param {string} path
 */
function removeLeftBehind(path) {
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
    if (isLeftBehind(aside)) rmSync(aside);
    else renameSync(aside, path);
  } catch {
    // another was faster
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}
