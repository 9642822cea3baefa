/**
 * What is known of the opened file against numbers that Keras gave: the pair that was chosen, how far the file's outputs are
 * from it, and which order of the gates fits. Answers belong to the file and the pair they were asked for.
 */
import { computed, signal } from '@preact/signals-core';
import { client } from '../app.ts';
import { ordersTried } from '../state.ts';
import { ToldError } from '../told-error.ts';
import { told } from '../words.ts';
import type { OpenedFile } from './jobs.ts';
import type { KnownPair } from './known-array.ts';
import type { ProofAnswer } from './proof-protocol.ts';
import { runJob } from './run-job.ts';
import { attempt, contentOf, namesOf, opened, sayStopped, stopWork, working } from './state.ts';
import { Tolerance } from './tolerance.ts';

type Answer<T extends ProofAnswer['type']> = Extract<ProofAnswer, { readonly type: T }>;

interface Proof {
  readonly of: OpenedFile;
  readonly pair: KnownPair;
  readonly outputs: Answer<'outputs'> | null;
  readonly orders: Answer<'orders'> | null;
  /** With which they were asked for. */
  readonly tolerance: number;
}

const NONE_TRIED = { tried: 0, of: 0 } as const;

/** Of outputs. */
export const outputTolerance = new Tolerance('keras-output-tolerance');

const latest = signal<Proof | null>(null);
/** Null where no pair was chosen for the file that is open. */
export const proof = computed(() => (latest.value?.of === opened.value ? latest.value : null));

/** Reads an input and an output for it. */
export async function choosePair(files: readonly File[]): Promise<void> {
  const file = opened.value;
  if (file === null || working.value !== null) return;
  ordersTried.value = NONE_TRIED;
  await attempt('proof', told('Reading the arrays'), async () => {
    const { pair } = await runJob(
      { type: 'pair', files: await contentOf(files), model: file.file.model },
      namesOf(files),
    );
    latest.value = { of: file, pair, outputs: null, orders: null, tolerance: outputTolerance.value };
  });
}

/** Runs the file's network on x, and holds what it gives against y. */
export async function compareOutputs(): Promise<void> {
  await ask('outputs', told('Computing the outputs'));
}

/** Tries all orders of the gates with each activation of them; while that is done, stops it. */
export async function tryOrders(): Promise<void> {
  if (!stopWork('orders')) await ask('orders', told('Trying orders of the gates'));
}

async function ask(what: 'outputs' | 'orders', doing: ReturnType<typeof told>): Promise<void> {
  const current = proof.value;
  if (current === null || working.value !== null) return;
  const { of, pair } = current;
  ordersTried.value = NONE_TRIED;
  const tolerance = outputTolerance.value;
  await attempt(
    'proof',
    doing,
    async () => {
      const { x, y } = pair;
      const answer = await client.ask({ type: 'prove', proof: what, model: of.file.model, x, y, tolerance });
      if (answer.type !== 'proven' || latest.value?.pair !== pair) return;
      const found = answer.answer;
      if (found.type === 'none') throw new ToldError('bad-input', found.why);
      if (found.type === 'stopped') {
        sayStopped('proof');
        return;
      }
      const { outputs, orders } = latest.value.tolerance === tolerance ? latest.value : NOTHING;
      latest.value = {
        of,
        pair,
        tolerance,
        outputs: found.type === 'outputs' ? found : outputs,
        orders: found.type === 'orders' ? found : orders,
      };
    },
    what === 'orders' ? 'orders' : null,
  );
}

const NOTHING = { outputs: null, orders: null } as const;
