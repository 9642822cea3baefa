/** Weights of more epochs of the recorded run: one file, downloaded when one of them is asked for; the browser keeps it for the next. */
import type { Emit } from '../protocol.ts';
import epochsAddress from '../recorded/seattle-epochs.json?url';
import { floats, type StoredEpochs } from '../recorded/stored-run.ts';
import { told } from '../words.ts';
import { whileBusy } from './busy.ts';
import { fetched } from './fetched.ts';

/** What takes longer is told, ms. */
const SOON_MS = 1000;

/** Under way; whoever asks for another epoch meanwhile gets it from the same. */
let download: Promise<StoredEpochs> | null = null;

/** @throws ToldError where they can't be had */
export async function storedWeights(epoch: number, emit: Emit): Promise<readonly Float32Array[]> {
  download ??= fetched(
    epochsAddress,
    told('The weights of the recorded epochs'),
    (response): Promise<StoredEpochs> => response.json(),
  ).finally(() => {
    download = null;
  });
  const { epochs } = await toldWhereSlow(emit, download);
  const found = epochs.find((one) => one.epoch === epoch);
  if (found === undefined) {
    throw new Error(
      `The recorded run has no weights of epoch ${epoch}; it has ${epochs.map((one) => one.epoch).join(', ')}. Reload the page.`,
    );
  }
  return found.weights.map(floats);
}

async function toldWhereSlow<T>(emit: Emit, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const slow = new Promise<'slow'>((resolve) => {
    timer = setTimeout(() => resolve('slow'), SOON_MS);
  });
  try {
    const first = await Promise.race([work, slow]);
    return first === 'slow' ? await whileBusy(emit, told('Loading the recorded epochs'), () => work) : work;
  } finally {
    clearTimeout(timer);
  }
}
