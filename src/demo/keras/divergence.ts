/**
 * Where the gates of two models first part: the opened file, and the second file or the network of the page, on one window of
 * the page's data. An answer is shown as long as both are what they were.
 */
import { computed, signal } from '@preact/signals-core';
import { client } from '../app.ts';
import { chosenWindow } from '../selection.ts';
import { fingerprint } from '../session/fingerprint.ts';
import { testPart, weights } from '../state.ts';
import { ToldError } from '../told-error.ts';
import { told } from '../words.ts';
import type { OpenedFile } from './jobs.ts';
import { proof } from './proof.ts';
import type { ProofAnswer } from './proof-protocol.ts';
import { attempt, currentModel, opened, other, working } from './state.ts';
import { Tolerance } from './tolerance.ts';

interface Divergence {
  readonly a: OpenedFile;
  /** Null: the network of the page, as it was with that fingerprint. */
  readonly b: OpenedFile | null;
  readonly fingerprint: string | null;
  /** Observations of the test part that the window is of. */
  readonly part: ArrayLike<number> | null;
  /** Index among the test windows. */
  readonly window: number;
  readonly found: Extract<ProofAnswer, { readonly type: 'activations' }>;
}

/** Of gates and states. */
export const activationTolerance = new Tolerance('keras-activation-tolerance');

const latest = signal<Divergence | null>(null);
export const divergence = computed(() => {
  const last = latest.value;
  if (last === null || last.a !== opened.value || last.b !== other.value) return null;
  if (last.part !== testPart.value) return null;
  return last.b !== null || last.fingerprint === weights.value?.fingerprint ? last : null;
});

export async function compareActivations(): Promise<void> {
  const [a, b] = [opened.value, other.value];
  if (a === null || working.value !== null) return;
  const [part, window] = [testPart.value, chosenWindow.value];
  const tolerance = activationTolerance.value;
  await attempt('gates', told('Comparing the gates step by step'), async () => {
    const second = b === null ? await currentModel() : b.file.model;
    if (second === null) {
      throw new ToldError(
        'bad-input',
        told('There is no current model to compare with: open a second file.'),
      );
    }
    const print = b === null ? fingerprint(second.weights) : null;
    const x = proof.value?.pair.x ?? null;
    const question = { proof: 'activations', a: a.file.model, b: second, window, x, tolerance } as const;
    const answer = await client.ask({ type: 'prove', ...question });
    if (answer.type !== 'proven') return;
    const found = answer.answer;
    if (found.type === 'none') throw new ToldError('bad-input', found.why);
    if (print !== null && print !== weights.value?.fingerprint) {
      throw new ToldError(
        'bad-input',
        told('The weights of the network changed meanwhile. Pause its training and compare again.'),
      );
    }
    // Of a file that went away nobody waits to hear.
    if (a !== opened.value) return;
    if (b !== other.value || part !== testPart.value) {
      throw new ToldError(
        'bad-input',
        told('Another file, other data or settings were chosen meanwhile. Compare again.'),
      );
    }
    if (found.type === 'activations') latest.value = { a, b, fingerprint: print, part, window, found };
  });
}
