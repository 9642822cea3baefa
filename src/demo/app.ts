/** The running page: one client, the commands views may send, and the few things a browser is asked for (files out). */

import { Client } from './client.ts';
import type { Command, SessionEvent } from './protocol.ts';
import { followSight, isSeen } from './seen.ts';
import {
  busy,
  clearProblem,
  columnsOffer,
  device,
  exportNotes,
  hasUnsaved,
  keepBest,
  problem,
  receive,
  recipe,
  savedFingerprint,
  weights,
} from './state.ts';
import { tabName, wasReloaded } from './tab.ts';
import { FIRST_PRESET, FIRST_SEED, type UrlState } from './url-state.ts';
import { str, told } from './words.ts';

/** Longer than it takes to find out that there is no worker, and for the session to come without one. */
const START_MS = 35_000;
const MOST_FILE_BYTES = 64 * 1024 * 1024;

export const client = new Client((event: SessionEvent) => {
  if (event.type === 'files') {
    for (const { name, bytes } of event.files) download(name, bytes);
    exportNotes.value = event.notes;
    savedFingerprint.value = weights.value?.fingerprint ?? null;
  } else {
    receive(event);
  }
});

/**
 * Starts the session: find the GPU, load the first series, build the model.
 * @param asked what the page's address asks for
 */
export async function startApp(asked: UrlState | null): Promise<void> {
  addEventListener('beforeunload', (event) => {
    if (hasUnsaved.value) {
      event.preventDefault();
    }
  });
  if (!isSeen()) client.send({ type: 'sight', isSeen: false });
  followSight((seen) => client.send({ type: 'sight', isSeen: seen }));
  const wanted = {
    preset: asked?.preset ?? FIRST_PRESET,
    recipe: asked?.recipe ?? recipe.value,
    seed: asked?.seed ?? FIRST_SEED,
    keepBest: asked?.keepBest ?? true,
  };
  // Epoch 0 is where it opens.
  const epoch = asked?.epoch ? asked.epoch : null;
  client.send({ type: 'open', tab: tabName(), resume: wasReloaded(), epoch, ...wanted });
  await startSession();
}

async function startSession(): Promise<void> {
  device.value = { kind: 'starting' };
  const tell = (): void => {
    const message = told(
      'The part of the page that trains could not be loaded. Try again once there is a connection.',
    );
    device.value = { kind: 'none', problem: { code: 'internal', place: 'device', message } };
  };
  const late = setTimeout(tell, START_MS);
  await client.start().catch(tell);
  clearTimeout(late);
}

/** Asks again for what could not be had as the page opened, or for a device. */
export function retry(): void {
  if (client.isStarted) client.send({ type: 'retry' });
  else void startSession();
}

export function send(command: Command): void {
  client.send(command);
}

/** Sends new settings; the session answers with a model or a problem. */
export function applyRecipe(next: typeof recipe.value, best = keepBest.value): void {
  client.send({ type: 'apply', recipe: next, keepBest: best });
}

/** A fresh seed, small enough to be read out and typed again. */
export function newSeed(): void {
  const [random = 0] = crypto.getRandomValues(new Uint32Array(1));
  client.send({ type: 'new-seed', seed: 2 + (random % 9998) });
}

/** Hands a file to the session. Its bytes never leave this computer. */
export function openFile(file: File): void {
  // What an earlier file offered is over, also where this one cannot be read.
  columnsOffer.value = null;
  clearProblem('data');
  if (file.size > MOST_FILE_BYTES) {
    const size = (file.size / 1024 / 1024).toFixed(0);
    problem.value = {
      code: 'bad-input',
      place: 'data',
      message: told(
        str`${file.name} has ${size} MiB; this page reads files of at most 64 MiB. Cut the file, or use the command line.`,
      ),
    };
    return;
  }
  busy.value = told(str`Reading ${file.name}`);
  client.send({ type: 'read-csv', file });
}

/** Hands a file to the visitor. */
export function download(name: string, bytes: Uint8Array | Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([bytes as BlobPart], { type: 'application/octet-stream' }));
  link.download = name;
  link.click();
  // The browser reads the blob after this task; a minute is ample.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
