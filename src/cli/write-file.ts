/**
 * A result file: checked before the work that makes it, written beside its place and renamed, so that whoever looks sees
 * the old file, the new one, or none, and never half of one.
 */
import {
  accessSync,
  closeSync,
  constants,
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

/**
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
  try {
    accessSync(folder, constants.W_OK);
  } catch {
    throw refusal(
      `${quote(path)} cannot be written: no permission to write into ${quote(folder)}. Choose another folder.`,
    );
  }
}

/** @throws GatewiseError when it cannot be written; nothing is left behind then */
export function writeFile(path: string, bytes: Uint8Array, mayReplace: boolean): void {
  const target = resolveLink(path);
  const beside = join(dirname(target), `.${basename(target)}.${process.pid}.part`);
  try {
    writeSynced(beside, bytes);
    if (mayReplace) renameSync(beside, target);
    else place(beside, target);
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw isThere(path);
    const reason = code === 'ENOSPC' ? 'the disk is full' : code === 'EACCES' ? 'permission denied' : code;
    throw refusal(`${quote(path)} could not be written: ${reason}. Nothing was left there.`);
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
