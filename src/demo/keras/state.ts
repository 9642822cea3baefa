/**
 * What the panel for model files knows, as signals, and what it does: open files, hold them against the current model or
 * each other, ask the session for a forecast, train on, write. Files are read in a worker of their own (run-job.ts).
 */

import { computed, signal } from '@preact/signals-core';
import type { Comparison, ModelFormat, NamedFile, WrittenModel } from '../../engine/keras/index.ts';
import { client, download, send } from '../app.ts';
import { formatCount, slug } from '../format.ts';
import type { FileForecast } from '../protocol.ts';
import { busy, clearProblem, continued, problem, testPart, weights } from '../state.ts';
import { ToldError } from '../told-error.ts';
import { msg, say, str, type Told, told } from '../words.ts';
import { HEAD_BYTES, looksLikeModel } from './file-kind.ts';
import type { OpenedFile } from './jobs.ts';
import type { FileWork } from './proof-protocol.ts';
import { runJob } from './run-job.ts';

/** What a comparison is with. */
export interface Compared {
  /** Null: the current model. */
  readonly with: string | null;
  readonly comparison: Comparison;
}

const MOST_BYTES = 128 * 1024 * 1024;

/** The file that is shown. */
export const opened = signal<OpenedFile | null>(null);
/** A second file that it is held against; null: the current model. */
export const other = signal<OpenedFile | null>(null);
export const compared = signal<Compared | null>(null);
export const fileForecast = signal<Exclude<FileForecast, { type: 'stopped' }> | null>(null);
/** What the last download says of itself. */
export const written = signal<{
  readonly names: readonly string[];
  readonly notes: readonly string[];
} | null>(null);
/** Parts of the panel that a problem can be about. */
export type PanelPart = 'open' | 'use' | 'compare' | 'gates' | 'proof';
/** What is wrong, in one sentence, and where it is to be said: beside what was asked last. */
export const fileProblem = computed(() =>
  problem.value?.place === 'keras' ? { message: problem.value.message, part: asked.value } : null,
);
const asked = signal<PanelPart>('open');
/** What is being done here, and what for. */
export const working = signal<{
  readonly part: PanelPart;
  readonly what: Told;
  /** What of it the session can stop; null where it is done soon. */
  readonly stops: FileWork | null;
} | null>(null);
/** What was stopped last, and nothing was done since. */
const stopped = signal<PanelPart | null>(null);

/** What is being done for a part of the panel, here or by the session, in words; empty for nothing. */
export function doing(part: PanelPart): string {
  if (working.value !== null) return working.value.part === part ? say(working.value.what) : '';
  if (stopped.value === part) return msg('Stopped before it was done; nothing of it is kept.');
  return part === 'use' && asked.value === 'use' ? say(busy.value ?? '') : '';
}

/** Ends this work where it is under way. @returns whether it was */
export function stopWork(work: FileWork): boolean {
  if (working.value?.stops !== work) return false;
  send({ type: 'stop-file', work });
  return true;
}

/** Ends whatever can be ended: its file goes away. */
function stopAll(): void {
  const work = working.value?.stops ?? null;
  if (work !== null) stopWork(work);
}

/** It came to its end by being stopped. */
export function sayStopped(part: PanelPart): void {
  stopped.value = part;
}

/** Counts the openings, so that what an earlier one asked for does not land in a later one. */
let openings = 0;
/** Counts the readings: of files given while others are read, the latest count. */
let readings = 0;

/** Opens files: one model, or two that are compared. What is shown stays until the new ones are read. */
export async function openModels(files: readonly File[]): Promise<void> {
  stopAll();
  const read = await readFiles('open', files);
  if (read === null) return;
  const [first = null, second = null] = read;
  openings += 1;
  opened.value = first;
  other.value = second;
  compared.value = null;
  fileForecast.value = null;
  continued.value = null;
  written.value = null;
  await compareNow();
}

/** Opens a second file beside the one that is shown. */
export async function openOther(files: readonly File[]): Promise<void> {
  const [second = null] = (await readFiles('compare', files)) ?? [];
  if (second === null) return;
  other.value = second;
  await compareNow();
}

/** Back from the second file to the current model. */
export async function dropOther(): Promise<void> {
  other.value = null;
  compared.value = null;
  await compareNow();
}

export function closeModels(): void {
  stopAll();
  stopped.value = null;
  openings += 1;
  opened.value = null;
  other.value = null;
  compared.value = null;
  clearProblem('keras');
}

/** Holds the file against the second one, or the current model where there is one. */
export async function compareNow(): Promise<void> {
  const file = opened.value;
  if (file === null) return;
  const opening = openings;
  const second = other.value;
  const against = second === null ? await currentModel() : second.file.model;
  if (against === null) return;
  const name = second?.file.source.fileName ?? null;
  await attempt('compare', null, async () => {
    const job = { type: 'compare', a: file.file.model, b: against } as const;
    const { comparison } = await runJob(job, file.file.source.fileName);
    if (opening === openings && other.value === second) compared.value = { with: name, comparison };
  });
}

/** Asks the session what the file's model says about the test part; while that is done, stops it. */
export async function predictNow(): Promise<void> {
  const file = opened.value;
  // The button is where its work is stopped too, so that it keeps the focus.
  if (stopWork('forecast')) return;
  // Buttons stay enabled while something is done, so that none loses the focus.
  if (file === null || working.value !== null) return;
  const opening = openings;
  const of = testPart.value;
  fileForecast.value = null;
  await attempt(
    'use',
    told('Predicting'),
    async () => {
      const answer = await client.ask({ type: 'predict-file', model: file.file.model });
      if (opening !== openings || answer.type !== 'file-forecast') return;
      const found = answer.forecast;
      if (testPart.value !== of) {
        const why = told('Other data or settings were chosen meanwhile. Predict again.');
        fileForecast.value = { type: 'none', why };
      } else if (found.type === 'stopped') sayStopped('use');
      else fileForecast.value = found;
    },
    'forecast',
  );
}

/** Trains on from the file; the session answers with `continued` or a problem. */
export function continueTraining(): void {
  const file = opened.value;
  if (file === null) return;
  clearProblem('keras');
  asked.value = 'use';
  stopped.value = null;
  continued.value = null;
  send({ type: 'continue', name: file.file.source.fileName, model: file.file.model });
}

/** Writes the file's model in another format and hands it out. */
export async function writeAs(format: ModelFormat): Promise<void> {
  const file = opened.value;
  if (file === null || working.value !== null) return;
  written.value = null;
  await attempt('use', told('Writing the file'), async () => {
    const { fileName } = file.file.source;
    const baseName = slug(fileName.replace(/(\.weights)?\.[^.]+$/, ''));
    const answer = await runJob({ type: 'write', model: file.file.model, format, baseName }, fileName);
    written.value = handOut(answer.written);
  });
}

/** Hands files to the visitor, and says which and what of them is to be known. */
function handOut({ files, notes }: WrittenModel): { names: string[]; notes: readonly string[] } {
  for (const { name, bytes } of files) download(name, bytes);
  return { names: files.map(({ name }) => name), notes };
}

/** True where one of the files is a model by its first bytes. */
export async function holdsModel(files: readonly File[]): Promise<boolean> {
  for (const file of files) {
    if (looksLikeModel(new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer()))) return true;
  }
  return false;
}

/** The network of the page; null where there is none. */
export async function currentModel() {
  if (weights.value === null) return null;
  const answer = await client.ask({ type: 'read-model' });
  return answer.type === 'exported' ? answer.model : null;
}

async function readFiles(part: PanelPart, files: readonly File[]): Promise<readonly OpenedFile[] | null> {
  readings += 1;
  const reading = readings;
  const names = namesOf(files);
  let read: readonly OpenedFile[] | null = null;
  await attempt(part, told(str`Reading ${names}`), async () => {
    read = (await runJob({ type: 'read', files: await contentOf(files) }, names)).opened;
  });
  return reading === readings ? read : null;
}

export const namesOf = (files: readonly File[]): string => files.map(({ name }) => name).join(', ');

/** @throws ToldError for files that are too large together or cannot be read */
export async function contentOf(files: readonly File[]): Promise<NamedFile[]> {
  const size = files.reduce((sum, file) => sum + file.size, 0);
  if (size > MOST_BYTES) {
    const mib = formatCount(size / 1024 / 1024);
    throw new ToldError(
      'bad-input',
      told(
        str`${namesOf(files)}: ${mib} MiB; this page reads model files of at most ${MOST_BYTES / 1024 / 1024} MiB. Use the command line.`,
      ),
    );
  }
  return Promise.all(files.map(async (file) => ({ name: file.name, bytes: await bytesOf(file) })));
}

async function bytesOf(file: File): Promise<Uint8Array> {
  const bytes = await file.arrayBuffer().catch(() => {
    throw new ToldError(
      'bad-input',
      told(str`${file.name} could not be read. Is it a folder, or was it moved or changed meanwhile?`),
    );
  });
  return new Uint8Array(bytes);
}

/**
 * Does a task and shows its sentence where it fails; what was there stays.
 * @param what in words, where the visitor waits for it; what goes on by itself takes no message away
 * @param stops what of it can be stopped
 */
export async function attempt(
  part: PanelPart,
  what: Told | null,
  task: () => Promise<void>,
  stops: FileWork | null = null,
): Promise<void> {
  let own: typeof working.value = null;
  if (what !== null) {
    clearProblem('keras');
    asked.value = part;
    stopped.value = null;
    own = { part, what, stops };
    working.value = own;
  }
  try {
    await task();
  } catch (error) {
    const message =
      error instanceof ToldError ? error.told : error instanceof Error ? error.message : String(error);
    asked.value = part;
    problem.value = { code: 'bad-input', place: 'keras', message };
  } finally {
    // What began meanwhile ends by itself.
    if (own !== null && working.value === own) working.value = null;
  }
}
