/** The verbs on model files, run as a user runs them: predict, verify, gate-order on the GPU; inspect, compare, convert without. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/engine/core/random.ts';
import type { Tensor } from '../../src/engine/core/tensor.ts';
import {
  adamConfig,
  type KerasModel,
  readModelFile,
  readNpy,
  readNpz,
  writeModelFile,
  writeNpy,
  writeNpz,
} from '../../src/engine/keras/index.ts';
import { fromOrder } from '../../src/engine/keras/model/gate-orders.ts';
import {
  cellsOf,
  changeCells,
  changeSettings,
  transposeBlocks,
} from '../../src/engine/keras/prove/change-model.ts';
import { lstmForward } from '../../src/engine/reference/index.ts';
import { assertClose } from '../harness/assert-close.ts';
import { predictFloat64 } from '../keras/float64.ts';
import { randomModel } from '../keras/support.ts';
import { type Ended, Workplace } from './support.ts';

const [B, T, D, H] = [3, 5, 3, 5];
const NO_GPU = { env: { GATEWISE_ADAPTER: 'none' } };

const model = randomModel({ seed: 11, inputShape: [T, D] });
const random = seededRandom(12);
const x: Tensor = { shape: [B, T, D], data: Float32Array.from({ length: B * T * D }, () => random.normal()) };
const y = predictFloat64(model, x);

let place: Workplace;

const withGates = (one: KerasModel, name: string): KerasModel =>
  changeSettings(one, ['lstm'], { recurrent_activation: name });
const swapped = (one: KerasModel): KerasModel => fromOrder(one, cellsOf(one), 'icfo');
const withOpenTime = (one: KerasModel): KerasModel => ({
  ...one,
  config: {
    ...one.config,
    build_input_shape: [null, null, D],
    layers: one.config.layers.map((layer) =>
      layer.class_name === 'InputLayer'
        ? { ...layer, config: { ...layer.config, batch_shape: [null, null, D] } }
        : layer,
    ),
  },
});
const transposed = (one: KerasModel): KerasModel =>
  changeCells(one, cellsOf(one), (part, { data }, { settings }) =>
    part === 'recurrent_kernel' ? transposeBlocks(data, settings.units) : null,
  );

/** x in Fortran order, as numpy.save(numpy.asfortranarray(x)) writes it. */
function fortran({ shape, data }: Tensor): Uint8Array {
  const [b = 0, t = 0, d = 0] = shape;
  const turned = Float32Array.from({ length: data.length }, (_, at) => {
    const [i, j, k] = [at % b, Math.floor(at / b) % t, Math.floor(at / (b * t))];
    return data[(i * t + j) * d + k] ?? 0;
  });
  const text = Buffer.from(writeNpy({ shape, data: turned })).toString('latin1');
  return Buffer.from(text.replace('False', 'True').replace('}', '} '), 'latin1');
}

function gates(): Uint8Array {
  const [kernel, recurrent, bias] = model.weights.map(({ data }) => data);
  const trace = lstmForward(
    x,
    { kernel: kernel ?? [], recurrentKernel: recurrent ?? [], bias: bias ?? null },
    { units: H },
  );
  const parts = ['i', 'f', 'candidate', 'o', 'c', 'h'] as const;
  return writeNpz(
    parts.map((part) => ({ path: `lstm/${part}`, shape: [B, T, H], data: Float32Array.from(trace[part]) })),
  );
}

beforeAll(async () => {
  place = await Workplace.create();
  const save = async (name: string, one: KerasModel, format: 'keras' | 'h5' | 'weights.h5' = 'keras') => {
    const { files } = await writeModelFile(one, format);
    place.write(name, files[0]?.bytes ?? '');
  };
  await save('good.keras', model);
  await save('good.h5', model, 'h5');
  await save('bare.weights.h5', model, 'weights.h5');
  await save('swapped.keras', swapped(model));
  await save('transposed.h5', transposed(model), 'h5');
  await save('keras3.keras', withGates(model, 'hard_sigmoid'));
  const other = { module: 'keras', class_name: 'Sequential', config: model.config, registered_name: null };
  place.write('arch.json', JSON.stringify(other));
  place.write('x.npy', writeNpy(x));
  place.write('x-fortran.npy', fortran(x));
  place.write('y.npy', writeNpy({ shape: y.shape, data: Float64Array.from(y.data) }));
  place.write(
    'both.npz',
    writeNpz([
      { path: 'x', ...x },
      { path: 'y', ...y },
    ]),
  );
  place.write('y-keras2.npy', writeNpy(predictFloat64(withGates(model, 'hard_sigmoid_keras2'), x)));
  const rows = Array.from({ length: B }, (_, b) => x.data.subarray(b * T * D, (b + 1) * T * D).join(';'));
  place.write('x.csv', rows.join('\r\n'));
  place.write('gates.npz', gates());
  place.write(
    'gates-unknown.npz',
    writeNpz([{ path: 'gru/z', shape: [B, T, H], data: new Float32Array(B * T * H) }]),
  );
  const short = { path: 'lstm/f', shape: [B, T - 1, H], data: new Float32Array(B * (T - 1) * H) };
  place.write('gates-short.npz', writeNpz([short]));
  place.write('x-flat.npy', writeNpy({ shape: [T, D], data: x.data.slice(0, T * D) }));
  place.write('x-wide.npy', writeNpy({ shape: [B, D, T], data: x.data }));
  const broken = x.data.slice();
  broken[T * D + D + 2] = Number.NaN;
  place.write('x-nan.npy', writeNpy({ shape: x.shape, data: broken }));
  place.write('y-short.npy', writeNpy({ shape: [B, 7], data: new Float32Array(B * 7) }));
  place.write('text.csv', 'a,b\n1,warm\n');
  place.write('there.npy', 'precious');
  mkdirSync(place.path('folder'));
  const nadam = { ...adamConfig(), class_name: 'Nadam' };
  await save('nadam.h5', { ...model, compile: { optimizer: nadam, loss: 'mse', metrics: [] } }, 'h5');
  execFileSync('mkfifo', [place.path('pipe')]);
  await save('open.keras', withOpenTime(withGates(model, 'hard_sigmoid')));
  await save('open.weights.h5', withOpenTime(withGates(model, 'hard_sigmoid')), 'weights.h5');
});
afterAll(() => place.remove());

const run = (...args: string[]): Promise<Ended> => place.run(args);
const withoutGpu = (...args: string[]): Promise<Ended> => place.run(args, NO_GPU);
const json = (ended: Ended) => JSON.parse(ended.stdout);

describe('gatewise predict', () => {
  it('writes what the float64 reference gives, for x in Fortran order', async () => {
    const ended = await run('predict', 'good.h5', '--x', 'x-fortran.npy', '--out', 'p.npy', '--json');

    expect(ended).toMatchObject({ code: 0 });
    expect(json(ended)).toMatchObject({ shape: y.shape, inputShape: x.shape, out: 'p.npy' });
    const { shape, data } = readNpy(new Uint8Array(readFileSync(place.path('p.npy'))));
    expect(shape).toEqual(y.shape);
    assertClose(Array.from(data, Number), y.data, { atol: 1e-6, rtol: 1e-6, label: 'predictions' });
  });

  it('takes bare weights with an architecture, a table as x, and writes .csv', async () => {
    const ended = await run(
      ...['predict', 'bare.weights.h5', '--architecture', 'arch.json'],
      ...['--x', 'x.csv', '--out', 'p.csv'],
    );

    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain(`outputs of shape [${y.shape.join(', ')}], written to "p.csv"`);
    const lines = readFileSync(place.path('p.csv'), 'utf8').trimEnd().split('\n');
    assertClose(
      lines.flatMap((line) => line.split(',').map(Number)),
      y.data,
      { atol: 1e-6, rtol: 1e-6, label: 'csv' },
    );
  });

  it('writes .npz, and replaces a file only with --force', async () => {
    const args = ['predict', 'good.keras', '--x', 'both.npz', '--key', 'x', '--out', 'p.npz'];

    const first = await run(...args);
    const second = await run(...args);
    const forced = await run(...args, '--force');

    expect([first.code, second.code, forced.code]).toEqual([0, 2, 0]);
    expect(second).toMatchObject({ stdout: '' });
    expect(second.stderr).toContain('"p.npz" is there already');
    const [array] = (await readNpz(new Uint8Array(readFileSync(place.path('p.npz'))))).values();
    expect(array?.shape).toEqual(y.shape);
  });
});

describe('gatewise verify', () => {
  const check = (file: string, ...more: string[]) =>
    run('verify', file, '--x', 'x.npy', '--y', 'y.npy', '--json', ...more);

  it('holds for the right model, gate by gate', async () => {
    const ended = await check('good.keras', '--gates', 'gates.npz');

    expect(ended.code).toBe(0);
    const result = json(ended);
    expect(result).toMatchObject({ holds: true, diagnosis: [], verdict: null });
    expect(result.maxAbs).toBeLessThan(1e-6);
    expect(result.worst.index).toHaveLength(2);
    expect(result.layers.map(({ path }: { path: string }) => path)).toEqual(
      ['i', 'f', 'candidate', 'o', 'c', 'h'].map((part) => `lstm/${part}`),
    );
    expect(result).not.toHaveProperty('firstDivergence');
  });

  it('takes a tolerance of 0: what one run gives, the next gives', async () => {
    const first = await run('predict', 'good.h5', '--x', 'x.npy', '--out', 'own.npy');
    const ended = await run(...['verify', 'good.h5', '--x', 'x.npy', '--y', 'own.npy', '--tolerance', '0']);

    expect(first.stdout).toMatch(/written to "own.npy" on .*\.\n$/);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout).toContain('The outputs agree within 0 *');
  });

  it('names a swap of the f and c blocks and where the gates first part', async () => {
    const ended = await check('swapped.keras', '--gates', 'gates.npz');

    expect(ended.code).toBe(1);
    const result = json(ended);
    expect(result.holds).toBe(false);
    expect(result.verdict).toContain('the f and c blocks are swapped (the order of Keras 1)');
    expect(result.diagnosis[0].what).toBe(result.verdict);
    expect(result.diagnosis[0].maxAbs).toBeLessThan(1e-6);
    expect(result.firstDivergence).toMatchObject({ layer: 'lstm', gate: 'f', t: 0, unit: 0 });
  });

  it('names a transposed recurrent kernel, in words for people', async () => {
    const ended = await run('verify', 'transposed.h5', '--x', 'x.npy', '--y', 'y.npy');

    expect(ended.code).toBe(1);
    expect(ended.stdout).toContain('The outputs differ by more than 0.00001');
    expect(ended.stdout).toContain('Likely cause: the recurrent kernel is stored transposed.');
    expect(ended.stdout).toContain('is stored transposed; max error with that undone: ');
    expect(ended.stderr).toMatch(/^The outputs differ by more than 0.00001 .*\n$/);
  });

  it('names a hard_sigmoid of the wrong generation', async () => {
    const args = ['--x', 'both.npz', '--key', 'x', '--y', 'y-keras2.npy', '--json'];

    const ended = await run('verify', 'keras3.keras', ...args);

    expect(ended.code).toBe(1);
    expect(json(ended).verdict).toMatch(
      /use hard_sigmoid \(Keras 3: .*expected hard_sigmoid \(Keras 1 and 2: /,
    );
  });
});

describe('gatewise gate-order', () => {
  it('finds the order of the gates that fits', async () => {
    const ended = await run('gate-order', 'swapped.keras', '--x', 'x.npy', '--y', 'y.npy', '--json');

    expect(ended.code).toBe(0);
    const { best, all } = json(ended);
    expect(best).toMatchObject({
      order: 'icfo',
      hardSigmoid: null,
      recurrentActivation: 'sigmoid',
      fits: true,
    });
    expect(best.maxAbs).toBeLessThan(1e-6);
    expect(all).toHaveLength(144);
    expect(all[0]).toEqual(best);
  });
});

describe('without a GPU', () => {
  it('inspects a file: layers, gates, what lies in it', async () => {
    const [text, object] = [
      await withoutGpu('inspect', 'good.h5'),
      await withoutGpu('inspect', 'good.h5', '--json'),
    ];

    expect(text).toMatchObject({ code: 0, stderr: '' });
    expect(text.stdout).toContain('f = recurrent_kernel[:, 5:10]');
    expect(text.stdout).toContain('recurrent_activation sigmoid');
    const { layers, stored, source } = json(object);
    expect(source).toMatchObject({ container: 'hdf5', holds: 'model', generation: 'keras3' });
    expect(layers[0].tensors[1].gates[3]).toMatchObject({ gate: 'o', slice: 'recurrent_kernel[:, 15:20]' });
    expect(stored.length).toBeGreaterThanOrEqual(5);
  });

  it('converts to every format and finds each equal to the first', async () => {
    mkdirSync(place.path('web'));
    const outs = ['c.keras', 'c.h5', 'c.weights.h5', 'c.npz', 'c.json', 'c.safetensors', 'web/model.json'];
    for (const out of outs) {
      const ended = await withoutGpu('convert', 'good.keras', out, '--json');
      expect({ out, ...ended }).toMatchObject({ code: 0 });
      expect(json(ended).files[0]).toBe(out);
    }
    for (const out of [...outs.slice(0, -1), 'web']) {
      const ended = await withoutGpu('compare', 'good.keras', out, '--json');
      expect({ out, ...ended }).toMatchObject({ code: 0 });
      expect(json(ended)).toMatchObject({ equal: true, config: [] });
    }
    const bytes = new Uint8Array(readFileSync(place.path('c.keras')));
    const { weights } = (await readModelFile(bytes, { fileName: 'c.keras' })).model;
    expect(weights.map(({ data }) => data)).toEqual(model.weights.map(({ data }) => data));
  });

  it('shows the layers of an architecture without weights', async () => {
    const ended = await withoutGpu('inspect', 'arch.json');

    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout).toContain('architecture of');
    expect(ended.stdout).toContain('lstm (LSTM): [any, 5, 3] -> [any, 5]');
  });

  it('takes bare weights beside a model for weights of it, and says so', async () => {
    for (const pair of [
      ['open.keras', 'open.weights.h5'],
      ['open.weights.h5', 'open.keras'],
    ]) {
      const ended = await withoutGpu('compare', ...pair);

      expect(ended.stdout).toContain('The models are equal');
      expect(ended).toMatchObject({ code: 0 });
      expect(ended.stderr).toContain(
        'open.weights.h5 holds weights only; its architecture is that of open.keras.',
      );
    }
  });

  it('says what matters to training only where the optimizer goes along', async () => {
    for (const [out, is] of [
      ['nadam.keras', true],
      ['nadam.npz', false],
    ] as const) {
      const ended = await withoutGpu('convert', 'nadam.h5', out);

      expect(ended.code).toBe(0);
      expect(ended.stderr.includes('Nadam'), ended.stderr).toBe(is);
    }
  });

  it('compares two models and names planted faults', async () => {
    const [swap, transpose] = [
      await withoutGpu('compare', 'swapped.keras', 'good.h5', '--json'),
      await withoutGpu('compare', 'transposed.h5', 'good.keras'),
    ];

    expect([swap.code, transpose.code]).toEqual([1, 1]);
    const { equal, causes, tensors } = json(swap);
    expect(equal).toBe(false);
    expect(causes[0]).toContain('the f and c blocks are swapped');
    const byGate = tensors.filter(({ path }: { path: string }) => path === 'lstm/kernel');
    expect(byGate.map(({ maxAbs }: { maxAbs: number }) => maxAbs > 0)).toEqual([
      true,
      false,
      true,
      true,
      false,
    ]);
    expect(transpose.stdout).toContain("A's recurrent kernel is B's transposed.");
    expect(transpose.stderr).toContain('The models differ.');
  });
});

describe('the verbs on model files refuse', () => {
  const XY = ['--x', 'x.npy', '--y', 'y.npy'];

  it.each<[string, string[], string]>([
    ['no file', ['inspect'], 'gatewise inspect needs FILE'],
    ['two files', ['inspect', 'good.h5', 'good.keras'], '"good.keras" is one name too many'],
    ['a missing file', ['inspect', 'no.h5'], 'There is no file "no.h5"'],
    ['a folder without a model', ['inspect', 'folder'], '"folder" is a folder without a model.json'],
    ['a file of another kind', ['compare', 'good.h5', 'x.csv'], 'x.csv'],
    ['a pipe', ['inspect', 'pipe'], '"pipe" is a pipe, expected a file'],
    ['a pipe beside a file', ['compare', 'good.h5', 'pipe'], '"pipe" is a pipe, expected a file'],
    ['a pipe to convert', ['convert', 'pipe', 'new.h5'], '"pipe" is a pipe, expected a file'],
    ['a pipe as x', ['predict', 'good.h5', '--x', 'pipe', '--out', 'n.npy'], '"pipe" is a pipe'],
    [
      'an architecture for a whole model',
      ['inspect', 'good.keras', '--architecture', 'arch.json'],
      'good.keras holds its own architecture',
    ],
    [
      'an architecture for two whole models',
      ['compare', 'good.keras', 'good.h5', '--architecture', 'arch.json'],
      'hold their own architectures',
    ],
    [
      'an architecture to convert',
      ['convert', 'arch.json', 'new.keras'],
      '"arch.json" is an architecture without',
    ],
    [
      'an architecture to predict',
      ['predict', 'arch.json', '--x', 'x.npy', '--out', 'n.npy'],
      'give the weights file, and this one with --architecture',
    ],
    ['an architecture to verify', ['verify', 'arch.json', ...XY], 'is an architecture without weights'],
    ['an architecture to compare', ['compare', 'arch.json', 'good.h5'], 'is an architecture without weights'],
    [
      'gates of layers that the model has not',
      ['verify', 'good.h5', ...XY, '--gates', 'gates-unknown.npz'],
      '"gru/z", which this model has not: expected some of lstm/i',
    ],
    ['an unknown option', ['verify', 'good.h5', '--tolerence', '1'], 'Did you mean --tolerance?'],
    ['a tolerance below 0', ['verify', 'good.h5', ...XY, '--tolerance', '-1'], 'a number from 0 to'],
    ['no x', ['verify', 'good.h5', '--y', 'y.npy'], 'gatewise verify needs --x X.npy'],
    ['no out', ['predict', 'good.h5', '--x', 'x.npy'], 'gatewise predict needs --out Y.npy'],
    ['an out of no format', ['predict', 'good.h5', '--x', 'x.npy', '--out', 'p.txt'], '--out is "p.txt"'],
    [
      'an out that is there',
      ['predict', 'good.h5', '--x', 'x.npy', '--out', 'there.npy'],
      '"there.npy" is there',
    ],
    [
      'x without rows',
      ['predict', 'good.h5', '--x', 'x-flat.npy', '--out', 'n.npy'],
      '[5, 3], expected [rows, 5, 3]',
    ],
    [
      'x of another shape',
      ['predict', 'good.h5', '--x', 'x-wide.npy', '--out', 'n.npy'],
      '[3, 3, 5], expected [rows, 5, 3]',
    ],
    ['NaN in x', ['predict', 'good.h5', '--x', 'x-nan.npy', '--out', 'n.npy'], 'holds NaN at [1, 1, 2]'],
    ['words in x', ['predict', 'good.h5', '--x', 'text.csv', '--out', 'n.npy'], 'line 2 holds "warm"'],
    ['several arrays', ['predict', 'good.h5', '--x', 'both.npz', '--out', 'n.npy'], 'Name one with --key'],
    [
      'a wrong key',
      ['predict', 'good.h5', '--x', 'both.npz', '--key', 'z', '--out', 'n.npy'],
      '--key is "z"',
    ],
    [
      'y of another shape',
      ['verify', 'good.h5', '--x', 'x.npy', '--y', 'y-short.npy'],
      '[3, 7], expected [3, 2]',
    ],
    [
      'gates that are no archive',
      ['verify', 'good.h5', ...XY, '--gates', 'x.npy'],
      '"x.npy" is no .npz archive',
    ],
    ['a name of no format', ['convert', 'good.h5', 'c.foo'], 'The name "c.foo" says no format'],
    ['an out that is there', ['convert', 'good.h5', 'good.keras'], '"good.keras" is there already'],
  ])('%s', async (_, args, sentence) => {
    const ended = await withoutGpu(...args);

    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toContain(sentence);
    expect(ended.stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(ended.stderr).not.toMatch(/\n\s+at /);
  });

  it('gates of another shape, without a crash of the device', async () => {
    const ended = await run('verify', 'good.h5', ...XY, '--gates', 'gates-short.npz');

    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toContain('"lstm/f" of the gates has shape [3, 4, 5]');
  });
});
