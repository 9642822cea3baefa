/**
 * What a training step would change, kept up to date while a view wants it: of the chosen window, and of the first windows
 * of the training part. Nothing is asked while training runs.
 */
import { effect, signal, untracked } from '@preact/signals-core';
import { client } from './app.ts';
import { oneAtATime } from './one-at-a-time.ts';
import type { GradientSource, Gradients } from './protocol.ts';
import { chosenWindow } from './selection.ts';
import { canAsk, data, model, run, weights } from './state.ts';

class GradientFollower {
  /** The latest; null until there is one. While training runs it is that of the weights before. */
  readonly latest = signal<Gradients | null>(null);
  readonly #of: GradientSource;
  #users = 0;
  #stop: (() => void) | null = null;

  constructor(of: GradientSource) {
    this.#of = of;
  }

  /** Begins to follow, once for all who want it. @returns what ends it for this one */
  follow(): () => void {
    this.#users += 1;
    this.#stop ??= this.#begin();
    return () => {
      this.#users -= 1;
      if (this.#users > 0) return;
      this.#stop?.();
      this.#stop = null;
    };
  }

  #begin(): () => void {
    const stops = [
      effect(() => {
        // Another model has other weights, and perhaps none that can be trained.
        if (model.value !== null) this.latest.value = null;
      }),
      effect(() => {
        const isStill = canAsk.value && run.value.phase !== 'training' && weights.value !== null;
        // Read here, so that another window is asked for too.
        if (this.#of === 'window') void chosenWindow.value;
        if (isStill && data.value !== null) untracked(() => void this.#ask());
      }),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }

  readonly #ask = oneAtATime(async () => {
    const window = this.#of === 'window' ? chosenWindow.peek() : 0;
    const answer = await client.ask({ type: 'read-gradients', of: this.#of, window });
    if (answer.type === 'gradients' && answer.gradients !== null) this.latest.value = answer.gradients;
  });
}

export const windowGradients = new GradientFollower('window');
export const trainingGradients = new GradientFollower('training');
