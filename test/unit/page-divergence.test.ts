/** Where gates first part is said of the weights that were compared, not of those shown when it was asked. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { compareActivations, divergence } from '../../src/demo/keras/divergence.ts';
import type { OpenedFile } from '../../src/demo/keras/jobs.ts';
import { fileProblem, opened, other } from '../../src/demo/keras/state.ts';
import type { DataReport } from '../../src/demo/protocol.ts';
import { fingerprint } from '../../src/demo/session/fingerprint.ts';
import { data, problem, receive, weights } from '../../src/demo/state.ts';
import { english } from '../../src/demo/words.ts';
import { tensor } from '../../src/engine/index.ts';

const DATA = { test: { observed: Float64Array.of(1) } } as unknown as DataReport;
const ofPage = { weights: [tensor([2], [0.5, 0.25])] };

/** What happens before the answer comes. */
const meanwhile = vi.hoisted(() => ({ happens: (): void => undefined }));

vi.mock('../../src/demo/app.ts', () => ({
  client: {
    ask: async ({ type }: { type: string }) => {
      if (type === 'read-model') return { type: 'exported', model: ofPage };
      meanwhile.happens();
      return { type: 'proven', answer: { type: 'activations', first: null, layers: [] } };
    },
  },
}));

describe('the first divergence from the network of the page', () => {
  beforeEach(() => {
    opened.value = { file: { model: {} } } as unknown as OpenedFile;
    problem.value = null;
    other.value = null;
    data.value = null;
    meanwhile.happens = () => undefined;
  });

  it('is shown where the page shows the weights that were compared', async () => {
    weights.value = { fingerprint: fingerprint(ofPage.weights) } as never;
    await compareActivations();
    expect(fileProblem.value).toBeNull();
    expect(divergence.value).toMatchObject({ b: null, fingerprint: fingerprint(ofPage.weights) });
  });

  it('is not where training had changed them, and that is told', async () => {
    weights.value = { fingerprint: 'an epoch before' } as never;
    await compareActivations();
    expect(divergence.value).toBeNull();
    expect(english(fileProblem.value?.message ?? '')).toMatch(
      /^The weights of the network changed meanwhile/,
    );
  });

  const file = { file: { model: {} } } as unknown as OpenedFile;
  const othersChosen = /^Another file, other data or settings were chosen meanwhile\. Compare again\./;
  it.each([
    ['other data', () => receive({ type: 'data', data: DATA }), othersChosen],
    ['a second file', () => Object.assign(other, { value: file }), othersChosen],
    // Nobody waits to hear of the first.
    [
      'another first file',
      () => {
        receive({ type: 'data', data: DATA });
        opened.value = file;
      },
      /^$/,
    ],
  ])(
    'is not of %s that came meanwhile, and that is told where the file is still open',
    async (_, happens, words) => {
      weights.value = { fingerprint: fingerprint(ofPage.weights) } as never;
      meanwhile.happens = happens;
      await compareActivations();
      expect(divergence.value).toBeNull();
      expect(english(fileProblem.value?.message ?? '')).toMatch(words);
    },
  );
});
