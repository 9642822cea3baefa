/** The gates and states of two models for one window of the page's test part: how far apart step by step, and where first. */
import { type GpuDevice, type Tensor, withPredictor } from '../../engine/index.ts';
import type { KerasModel } from '../../engine/keras/index.ts';
import { formatShape } from '../format.ts';
import type { LayerOverTime, ProofAnswer, ProofQuestion } from '../keras/proof-protocol.ts';
import { ToldError } from '../told-error.ts';
import { str, type Told, told } from '../words.ts';
import type { LoadedData } from './loaded-data.ts';
import { copyWindows } from './window-rows.ts';

type Traces = ReadonlyMap<string, Tensor>;

/** @throws ToldError where the window is not of their shape, or their layers are not to be paired */
export async function compareOverTime(
  gpu: GpuDevice,
  data: LoadedData | null,
  { a, b, window, x, tolerance }: Extract<ProofQuestion, { readonly proof: 'activations' }>,
): Promise<ProofAnswer> {
  const ofPage = data === null ? null : windowOf(data, window);
  const ofFile = x === null ? null : firstRow(x);
  const isTaken = (sample: Tensor | null): boolean =>
    sample !== null && [a, b].every((model) => takesSample(model, sample));
  const read = isTaken(ofPage) ? ofPage : isTaken(ofFile) ? ofFile : null;
  if (read === null) throw wrongShape(a, b, ofPage);
  const [ofA, ofB] = await withPredictor(
    gpu,
    read,
    async (predictor) => [await predictor.trace(a), await predictor.trace(b)] as const,
  );
  const paired = pairTraces(ofA, ofB);
  const { compareGates } = await import('../../engine/keras/index.ts');
  const { firstDivergence } = compareGates(ofA, paired, tolerance);
  return {
    type: 'activations',
    input: read === ofPage ? 'window' : 'x',
    layers: layersOverTime(ofA, paired, tolerance),
    first: firstDivergence,
    tolerance,
  };
}

/** @throws ToldError for a window that the data do not have, or have no more */
function windowOf({ split: { test } }: LoadedData, window: number): Tensor {
  const count = test.starts.length;
  if (Number.isInteger(window) && window >= 0 && window < count) return copyWindows(test, window, 1);
  throw refusal(
    told(
      str`There is no window ${window + 1} among the ${count} of the test part: other data or settings were chosen meanwhile. Compare again.`,
    ),
  );
}

function firstRow({ shape, data }: Tensor): Tensor {
  const [rows = 1, ...sample] = shape;
  return { shape: [1, ...sample], data: data.slice(0, data.length / rows) };
}

function takesSample({ config }: KerasModel, { shape }: Tensor): boolean {
  const takes = config.build_input_shape.slice(1);
  const has = shape.slice(1);
  return takes.length === has.length && has.every((size, k) => takes[k] == null || takes[k] === size);
}

function wrongShape(a: KerasModel, b: KerasModel, window: Tensor | null): ToldError {
  const [ofA, ofB] = [a, b].map(({ config }) => formatShape(config.build_input_shape.slice(1)));
  const has = window === null ? told('none') : formatShape(window.shape.slice(1));
  return refusal(
    told(
      str`A takes samples of shape ${ofA} (steps, inputs) and B ${ofB}; a window of the page\u2019s data has ${has}. Choose an x below that both take, or data and a window of that shape above.`,
    ),
  );
}

/**
 * The traces of B under the names of A: recurrent layers are paired by their place.
 * @throws ToldError where one has other layers, cells or units than the other
 */
function pairTraces(a: Traces, b: Traces): Map<string, Tensor> {
  const [layersA, layersB] = [layersOf(a), layersOf(b)];
  if (layersA.length === 0) throw refusal(told('A has no recurrent layer, so it has no gates to compare.'));
  if (layersA.length !== layersB.length) {
    throw refusal(
      told(
        str`A has ${layersA.length} recurrent layers and B has ${layersB.length}: their gates cannot be held against each other.`,
      ),
    );
  }
  const paired = new Map<string, Tensor>();
  for (const [place, layer] of layersA.entries()) {
    for (const [key, one] of a) {
      const [own, part] = split(key);
      if (own !== layer) continue;
      const other = b.get(`${layersB[place]}/${part}`);
      if (other === undefined) {
        throw refusal(
          told(str`Layer ${layer} of A and layer ${layersB[place]} of B are cells of other kinds.`),
        );
      }
      if (one.shape.join() !== other.shape.join()) {
        throw refusal(
          told(
            str`Layer ${layer} has ${one.shape[2]} units in A and ${other.shape[2]} in B: unit by unit they cannot be held against each other.`,
          ),
        );
      }
      paired.set(key, other);
    }
  }
  return paired;
}

/** Step by step, of one window. */
function layersOverTime(a: Traces, b: Traces, tolerance: number): LayerOverTime[] {
  return layersOf(a).map((layer) => {
    const own = [...a].filter(([key]) => split(key)[0] === layer);
    const [, steps = 0, units = 0] = own[0]?.[1].shape ?? [];
    const parts = own.map(([key, { data }]) => {
      const other = b.get(key)?.data ?? new Float32Array(data.length);
      const largest = new Float32Array(steps);
      const beyond = Array.from({ length: steps }, () => false);
      for (const [at, value] of data.entries()) {
        const t = Math.floor(at / units);
        const expected = other[at] ?? Number.NaN;
        const size = value === expected ? 0 : Math.abs(value - expected);
        largest[t] = Math.max(largest[t] ?? 0, size);
        if (!Number.isFinite(size) || size > tolerance * (1 + Math.abs(expected))) beyond[t] = true;
      }
      return { part: split(key)[1], largest, beyond };
    });
    return { layer, units, steps, parts };
  });
}

function layersOf(traces: Traces): string[] {
  return [...new Set([...traces.keys()].map((key) => split(key)[0]))];
}

/** Layer and part of `lstm/candidate`; a layer's own name may have slashes. */
function split(key: string): readonly [layer: string, part: string] {
  const cut = key.lastIndexOf('/');
  return [key.slice(0, cut), key.slice(cut + 1)];
}

function refusal(message: Told): ToldError {
  return new ToldError('bad-input', message);
}
