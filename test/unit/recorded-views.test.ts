/**
 * The three views of the recorded run in the static HTML: every pixel of the matrices, every number of the cell and every bar of the
 * lag lab against the stored weights and the float64 reference.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync, inflateSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { rampColour, rampStops, type Theme } from '../../src/demo/draw/ramp.ts';
import { formatWeight } from '../../src/demo/format.ts';
import { type StaticParts, staticParts } from '../../src/demo/recorded/static-html.ts';
import type { StoredStudy } from '../../src/demo/recorded/static-lags.ts';
import { storedRun } from '../../src/demo/recorded/stored-run.ts';
import { GATES } from '../../src/engine/index.ts';
import { lstmForward, ReferenceModel } from '../../src/engine/reference/index.ts';
import { seattleWindows } from '../e2e/seattle.ts';

const read = (path: string): string =>
  readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');
const FILE = JSON.parse(read('src/demo/recorded/seattle.json'));
const STUDY = JSON.parse(read('src/demo/recorded/seattle-lags.json')) as StoredStudy;
const STORED = storedRun(FILE);
const { units: UNITS, window: STEPS } = STORED.recipe;
const weights = STORED.model.weights.map(({ data }) => data);
const [kernel = new Float32Array(), recurrentKernel = new Float32Array(), bias = new Float32Array()] =
  weights;
const { split, x } = seattleWindows(STEPS);
const FEATURES = x.shape[2] ?? 0;

let parts: StaticParts;

beforeAll(async () => {
  parts = await staticParts(FILE, STUDY, read('dist/data/seattle.csv'));
});

/** The colour of every pixel, row by row, and what each row begins with. */
function pixels(theme: Theme): {
  readonly width: number;
  readonly colours: number[][];
  readonly filters: number[];
} {
  const [, base64 = ''] =
    new RegExp(`id="recorded-${theme}"[^>]*base64,([^"]+)"`).exec(parts['gw-weights']) ?? [];
  const bytes = Buffer.from(base64, 'base64');
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < bytes.length; at += 12 + bytes.readUInt32BE(at)) {
    chunks.set(
      bytes.toString('latin1', at + 4, at + 8),
      bytes.subarray(at + 8, at + 8 + bytes.readUInt32BE(at)),
    );
  }
  const width = chunks.get('IHDR')?.readUInt32BE(0) ?? 0;
  const palette = chunks.get('PLTE') ?? Buffer.alloc(0);
  const lines = inflateSync(chunks.get('IDAT') ?? Buffer.alloc(0));
  const rows = Array.from({ length: lines.length / (width + 1) }, (_, row) =>
    lines.subarray(row * (width + 1), (row + 1) * (width + 1)),
  );
  return {
    width,
    filters: rows.map(([filter = -1]) => filter),
    colours: rows.flatMap((row) =>
      [...row.subarray(1)].map((index) => [...palette.subarray(index * 3, index * 3 + 3)]),
    ),
  };
}

describe('the figures in the static HTML', () => {
  it('tell how far the training went apart from the epoch whose weights are shown', () => {
    expect(parts['gw-stats']).toContain(
      `<dt>Trained</dt><dd>${STORED.run.epoch}</dd><dd class="stats-note">of ${STORED.recipe.epochs} epochs, recorded; shown: epoch ${STORED.forecast.epoch}</dd>`,
    );
    expect(STORED.forecast.epoch).toBe(STORED.bestEpoch);
    expect(STORED.bestEpoch).toBeLessThan(STORED.run.epoch);
  });
});

describe('the matrices in the static HTML', () => {
  it.each(['light', 'dark'] as const)(
    'have the ramp\u2019s colour in every cell, in the %s theme',
    (theme) => {
      const { width, colours, filters } = pixels(theme);
      const all = [...kernel, ...recurrentKernel, ...bias];
      const scale = Number(/<span>\+([\d.]+)<\/span>/.exec(parts['gw-weights'])?.[1]);

      expect(width).toBe(4 * UNITS);
      expect(colours).toHaveLength(all.length);
      expect(new Set(filters)).toEqual(new Set([0]));
      expect(Math.max(...all.map(Math.abs))).toBeLessThanOrEqual(scale);
      const off = colours.map((colour, at) =>
        Math.max(
          ...rampColour(rampStops(theme), (all[at] ?? 0) / scale).map((own, channel) =>
            Math.abs(own - (colour[channel] ?? 0)),
          ),
        ),
      );
      // Half a step of the palette.
      expect(Math.max(...off)).toBeLessThanOrEqual(2);
    },
  );

  it('say the smallest and largest weight of each block, and the bias as a table', () => {
    const forget = bias.subarray(UNITS, 2 * UNITS);
    expect(parts['gw-weights']).toContain(
      `bias, forget gate: 32 weights from ${formatWeight(Math.min(...forget))} to ${formatWeight(Math.max(...forget))}`,
    );
    const ofGate = Array.from(
      { length: FEATURES * UNITS },
      (_, at) => kernel[Math.floor(at / UNITS) * 4 * UNITS + 3 * UNITS + (at % UNITS)] ?? Number.NaN,
    );
    expect(parts['gw-weights']).toContain(
      `kernel, output gate: 192 weights from ${formatWeight(Math.min(...ofGate))} to ${formatWeight(Math.max(...ofGate))}`,
    );
    const cells = [...parts['gw-weights'].matchAll(/<td>([^<]+)<\/td>/g)].map(([, cell]) => cell);
    expect(cells).toEqual(
      Array.from({ length: 4 * UNITS }, (_, at) =>
        formatWeight(bias[(at % 4) * UNITS + Math.floor(at / 4)] ?? Number.NaN),
      ),
    );
  });
});

describe('one step of one cell in the static HTML', () => {
  it('has the gates, states and products that the reference finds', () => {
    const size = STEPS * FEATURES;
    const data = x.data.subarray(0, size);
    const { i, f, candidate, o, c, h } = lstmForward(
      { shape: [1, STEPS, FEATURES], data },
      { kernel, recurrentKernel, bias },
      { units: UNITS },
    );
    const last = (STEPS - 1) * UNITS;
    const html = parts['gw-cell'];
    const shown = (name: string): number =>
      Number(new RegExp(`<data value="([^"]+)" data-name="${name}"`).exec(html)?.[1]);

    for (const { key } of GATES) {
      expect(shown(`gate-${key}`)).toBeCloseTo({ i, f, c: candidate, o }[key][last] as number, 6);
    }
    expect(shown('c')).toBeCloseTo(c[last] as number, 6);
    expect(shown('h')).toBeCloseTo(h[last] as number, 6);
    expect(shown('what-if-c')).toBeCloseTo(
      (c[last - UNITS] as number) + (i[last] as number) * (candidate[last] as number),
      6,
    );

    const before = h.subarray(last - UNITS, last);
    const products = [
      ...Array.from(
        { length: FEATURES },
        (_, row) => (data[size - FEATURES + row] as number) * (kernel[row * 4 * UNITS + UNITS] as number),
      ),
      bias[UNITS] as number,
      ...[...before].map((value, row) => value * (recurrentKernel[row * 4 * UNITS + UNITS] as number)),
    ].sort((a, b) => Math.abs(b) - Math.abs(a));
    const terms = [...html.matchAll(/<td><data value="([^"]+)">/g)].map(([, value]) => Number(value));
    expect(terms).toHaveLength(6);
    for (const [at, term] of terms.entries()) expect(term).toBeCloseTo(products[at] as number, 6);
    const all = products.reduce((sum, one) => sum + one, 0);
    expect(shown('z')).toBeCloseTo(all, 5);
    expect(shown('rest')).toBeCloseTo(all - terms.reduce((sum, one) => sum + one, 0), 5);
    expect(1 / (1 + Math.exp(-shown('z')))).toBeCloseTo(shown('gate-f'), 6);
  });

  it('says the day, the step and whose weights they are, and leaves nothing for a script', () => {
    expect(parts['gw-cell']).toContain('<dd>14 Mar 2015</dd>');
    expect(parts['gw-cell']).toContain('t (13 Mar 2015), the newest of 14 rows');
    for (const part of ['gw-weights', 'gw-cell', 'gw-lag-lab'] as const) {
      expect(parts[part]).toContain(`fingerprint ${STORED.fingerprint}`);
      expect(parts[part]).toContain(`A recorded run: epoch ${STORED.bestEpoch} of 40, trained on`);
      expect(parts[part]).not.toMatch(/<button|<input|@click|undefined|NaN|\[object/);
    }
  });
});

describe('the lag lab in the static HTML', () => {
  it('has the mean size of dy/dx that finite differences of the reference give, in degrees', () => {
    const layers = [
      { kind: 'lstm', units: UNITS },
      { kind: 'dense', units: 1 },
    ] as const;
    const model = new ReferenceModel(layers, FEATURES, weights);
    const count = x.shape[0] ?? 0;
    const step = 1e-3;
    const scale = split.scaling.targets.scale[0] as number;
    const bars = [
      ...parts['gw-lag-lab'].matchAll(/<tr><th scope="row">t[^<]*<\/th><td>\d+<\/td>(.*?)<\/tr>/g),
    ]
      .slice(0, STEPS)
      .map(([, row = '']) =>
        [...row.matchAll(/<td>([^<]+)<\/td>/g)].map(([, cell = '']) =>
          Number.parseFloat(cell.replace('\u2212', '-')),
        ),
      );

    expect(bars.flat()).toHaveLength(STEPS * FEATURES);
    for (const [lag, feature] of [
      [1, 1],
      [1, 0],
      [2, 1],
      [6, 5],
    ] as const) {
      const moved = (by: number): Float64Array => {
        const data = Float64Array.from(x.data);
        for (let n = 0; n < count; n++) {
          const at = (n * STEPS + STEPS - lag) * FEATURES + feature;
          data[at] = (data[at] as number) + by;
        }
        return Float64Array.from(model.predict({ shape: x.shape, data }).data);
      };
      const [up, down] = [moved(step), moved(-step)];
      const slope =
        up.reduce((sum, value, n) => sum + Math.abs(value - (down[n] as number)) / (2 * step), 0) / count;
      // Shown in hundredths of a degree.
      expect(Math.abs((bars[lag - 1]?.[feature] as number) - slope * scale)).toBeLessThan(0.0051);
    }
  });

  it('has the verdicts of the stored study, each place in one of them', () => {
    const said = (verdict: string): number =>
      Number(new RegExp(`<b>${verdict}</b> (\\d+) places?:`).exec(parts['gw-lag-lab'])?.[1] ?? 0);
    const { findings } = STUDY.study;
    const count = (verdict: string): number => findings.filter((one) => one.verdict === verdict).length;

    expect(STUDY.recipe).toEqual(STORED.recipe);
    expect(STUDY.data).toEqual(STORED.data);
    for (const verdict of ['used', 'cannot tell', 'not used']) expect(said(verdict)).toBe(count(verdict));
    expect(said('used') + said('cannot tell') + said('not used')).toBe(STEPS * FEATURES);
    expect(parts['gw-lag-lab']).toContain('<b>used</b> 1 place: t of temp_max');
  });

  it('and all parts together are small', () => {
    expect(gzipSync(Object.values(parts).join('')).length).toBeLessThan(30_000);
  });
});
