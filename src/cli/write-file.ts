/**
 * A result file: checked before the work that makes it, written beside its place and renamed, so that whoever looks sees
 * the old file, the new one, or none, and never half of one.
 */
import {
  closeSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { GatewiseError } from '../engine/index.ts';
import { quote } from './text.ts';

/** Reasons in words, by the system's code. */
const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENAMETOOLONG: 'the name is too long',
};

/**
 * Looks whether the file can be written, and makes an empty one beside it for a moment: permissions alone do not tell,
 * /proc takes no file from root either.
 * @param mayReplace whether a file that is there may be replaced (--force)
 * @throws GatewiseError when the file is there and may not be replaced, or its folder is missing or cannot be written
 */
export function checkDestination(path: string, mayReplace: boolean): void {
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() || /[/\\]$/.test(path)) {
    throw refusal(`${quote(path)} is a folder, expected the name of a file to write.`);
  }
  if (there !== undefined && !mayReplace) throw isThere(path);
  const folder = dirname(path);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw refusal(`${quote(path)} cannot be written: there is no folder ${quote(folder)}. Make it first.`);
  }
  const beside = besideOf(resolveLink(path));
  try {
    writeSynced(beside, new Uint8Array());
  } catch (error) {
    throw refusal(
      `${quote(path)} cannot be written: no file can be made in ${quote(folder)} (${reasonOf(error)}). Choose another place or name.`,
    );
  } finally {
    rmSync(beside, { force: true });
  }
}

/** @throws GatewiseError when it cannot be written; nothing is left behind then */
export function writeFile(path: string, bytes: Uint8Array, mayReplace: boolean): void {
  const target = resolveLink(path);
  const beside = besideOf(target);
  try {
    writeSynced(beside, bytes);
    if (mayReplace) renameSync(beside, target);
    else place(beside, target);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw isThere(path);
    throw refusal(`${quote(path)} could not be written: ${reasonOf(error)}. Nothing was left there.`);
  } finally {
    rmSync(beside, { force: true });
  }
}

/** Gives the file its name unless something has taken it meanwhile, in one step where the file system can. */
function place(beside: string, target: string): void {
  try {
    linkSync(beside, target);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw error;
    renameSync(beside, target); // a file system without hard links, such as FAT
  }
}

function writeSynced(path: string, bytes: Uint8Array): void {
  const fd = openSync(path, 'w');
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Where the file grows until it is whole. */
function besideOf(target: string): string {
  return join(dirname(target), `.${basename(target)}.${process.pid}.part`);
}

function reasonOf(error: unknown): string {
  return REASONS[(error as NodeJS.ErrnoException).code ?? ''] ?? 'the system refuses it';
}

/** A link stays a link: the file it points to is replaced. */
function resolveLink(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function isThere(path: string): Error {
  return refusal(
    `${quote(path)} is there already and was left as it is. Give --force to replace it, or another name.`,
  );
}

function refusal(sentence: string): Error {
  return new GatewiseError('bad-input', sentence);
}
