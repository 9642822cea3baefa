/** The panel for model files without a browser: what dropped files are, their gates, jobs on them, and what can be trained on. */
import { describe, expect, it } from 'vitest';
import { rampColour, rampStops } from '../../src/demo/draw/ramp.ts';
import { doJob } from '../../src/demo/keras/do-job.ts';
import { looksLikeModel } from '../../src/demo/keras/file-kind.ts';
import { cellValue, slicedTensors, sliceImage } from '../../src/demo/keras/gate-tensors.ts';
import { groupFiles } from '../../src/demo/keras/group-files.ts';
import { withRate } from '../../src/demo/session/file-start.ts';
import { fileStart } from '../../src/demo/session/start-of-file.ts';
import { FILE_FORMATS } from '../../src/demo/views/file-formats.ts';
import { english } from '../../src/demo/words.ts';
import {
  adamConfig,
  inspectModel,
  type KerasModel,
  type ModelFile,
  type NamedFile,
  writeKeras,
  writeModelFile,
} from '../../src/engine/keras/index.ts';
import { type NamedLayer, randomModel } from '../keras/support.ts';

const LAYERS: readonly NamedLayer[] = [
  { kind: 'lstm', units: 3, name: 'lstm' },
  { kind: 'dense', units: 1, name: 'dense' },
];
const INPUTS = ['rain', 'warmth', 'wind'];

const named = (name: string, content: string | Uint8Array): NamedFile => ({
  name,
  bytes: typeof content === 'string' ? new TextEncoder().encode(content) : content,
});

function opened(model: KerasModel) {
  const file: ModelFile = {
    source: {
      fileName: 'a.keras',
      container: 'keras',
      holds: 'model',
      generation: 'keras3',
      kerasVersion: '3.15.1',
      backend: null,
    },
    model,
    stored: [],
    notes: [],
  };
  return { file, inspection: inspectModel(file), architecture: null };
}

/** The written files of a format. */
async function files(
  model: KerasModel,
  format: 'tfjs' | 'safetensors' | 'h5' | 'npz',
): Promise<readonly NamedFile[]> {
  return (await writeModelFile(model, format, { baseName: 'w' })).files;
}

describe('the first bytes of a dropped file', () => {
  it('tell models of every container from tables and other files', async () => {
    const model = randomModel({ layers: LAYERS });
    const models = [
      ...(await files(model, 'safetensors')),
      ...(await files(model, 'h5')),
      ...(await files(model, 'npz')),
      named('a.keras', await writeKeras(model)),
      named('model.json', ' \n{"class_name": "Sequential"}'),
      named('bom.json', '\ufeff[1, 2]'),
      named('a.onnx', Uint8Array.of(0x08, 0x08, 0x12, 0x07, 0x70, 0x79)),
    ];
    const others = [
      named('a.csv', 'day,warmth\n1,2\n'),
      named('a.csv.gz', Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0)),
      named('empty', ''),
      named('a.txt', 'PK is how a zip begins'),
    ];

    expect(models.filter(({ bytes }) => !looksLikeModel(bytes.subarray(0, 64)))).toEqual([]);
    expect(others.filter(({ bytes }) => looksLikeModel(bytes.subarray(0, 64)))).toEqual([]);
  });
});

describe('files chosen together', () => {
  const weights = named('w.h5', Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a));
  const architecture = named('a.json', '{"class_name": "Sequential", "config": []}');
  const tfjs = named(
    'model.json',
    '{"modelTopology": {"class_name": "S"}, "weightsManifest": [{"paths": ["s.bin"]}]}',
  );

  it('are an architecture with its weights, two models, or a model with its shards', () => {
    expect(groupFiles([architecture, weights])).toEqual([{ main: weights, architecture }]);
    expect(groupFiles([weights, named('v.h5', weights.bytes)]).map(({ main }) => main.name)).toEqual([
      'w.h5',
      'v.h5',
    ]);
    // A shard whose first number happens to look like JSON.
    expect(groupFiles([named('s.bin', Uint8Array.of(0x7b, 1, 2, 3)), tfjs])).toEqual([
      { main: tfjs, architecture: null },
    ]);
  });

  it('are refused by name where there are too many or no model', () => {
    expect(() => groupFiles([named('a.txt', 'x'), named('b.txt', 'y')])).toThrow(
      /None of a\.txt, b\.txt is a model file/,
    );
    expect(() => groupFiles([weights, weights, tfjs])).toThrow(/^3 model files/);
  });
});

describe('a job on model files', () => {
  it('reads a TF.js model with its shards, and names the shard that is missing', async () => {
    const model = randomModel({ layers: LAYERS });
    const [manifest, shard] = await files(model, 'tfjs');
    if (manifest === undefined || shard === undefined) throw new Error('TF.js is two files.');

    const whole = await doJob({ type: 'read', files: [shard, manifest] });
    const lacking = await doJob({ type: 'read', files: [manifest] });

    expect(whole.type === 'read' && whole.opened[0]?.file.model.weights.map(({ data }) => [...data])).toEqual(
      model.weights.map(({ data }) => [...data]),
    );
    expect(lacking.type === 'failed' && english(lacking.message)).toContain(shard.name);
  });

  it('asks for the other file where weights or an architecture stand alone', async () => {
    const model = randomModel({ layers: LAYERS });
    const architecture = named('a.json', JSON.stringify({ class_name: 'Sequential', config: model.config }));
    const [weights] = await files(model, 'npz');
    if (weights === undefined) throw new Error('An .npz is one file.');

    const alone = await doJob({ type: 'read', files: [architecture] });
    const both = await doJob({ type: 'read', files: [weights, architecture] });

    expect(alone.type === 'failed' && english(alone.message)).toMatch(
      /^a\.json holds an architecture and no/,
    );
    expect(both.type === 'read' && both.opened[0]?.inspection.parameters).toBe(
      model.weights.reduce((sum, { data }) => sum + data.length, 0),
    );
  });
});

describe('the formats offered for download', () => {
  it.each(FILE_FORMATS)('$format is written, and read again with its architecture', async ({ format }) => {
    const model = randomModel({ layers: LAYERS });
    const architecture = named('a.json', JSON.stringify({ class_name: 'Sequential', config: model.config }));

    const answer = await doJob({ type: 'write', model, format, baseName: 'w' });
    if (answer.type !== 'written') throw new Error(JSON.stringify(answer));
    // Keras 1's list of arrays is the one that says nothing of the layers it is for.
    const files = [...answer.written.files, ...(format === 'keras1' ? [architecture] : [])];
    const again = await doJob({ type: 'read', files });

    expect(again).toMatchObject({ type: 'read' });
    const sizes = again.type === 'read' && again.opened[0]?.file.model.weights.map(({ data }) => data.length);
    expect(sizes).toEqual(model.weights.map(({ data }) => data.length));
  });
});

describe('the tensors of a file', () => {
  it('have each cell in the slice of its gate, and its colour in the picture', () => {
    const model = randomModel({ layers: LAYERS, inputShape: [4, 2] });
    const [kernel] = slicedTensors(opened(model));
    const slice = kernel?.slices[1];
    if (kernel === undefined || slice === undefined) throw new Error('An LSTM has gates.');
    const data = model.weights[0]?.data ?? new Float32Array();
    const stops = rampStops('light');

    const { width, height, pixels } = sliceImage(kernel, slice, 0.7, stops);

    expect(slice.gate).toMatchObject({ gate: 'f', slice: 'kernel[:, 3:6]' });
    expect([width, height]).toEqual([3, 2]);
    for (const [row, column] of [
      [0, 0],
      [0, 2],
      [1, 1],
    ] as const) {
      const value = data[row * 12 + 3 + column] ?? Number.NaN;
      expect(cellValue(kernel, slice, row, column)).toBe(value);
      expect([...pixels.subarray((row * 3 + column) * 4, (row * 3 + column) * 4 + 3)]).toEqual(
        rampColour(stops, value / 0.7),
      );
    }
  });
});

describe('training from a file', () => {
  const compile = {
    optimizer: adamConfig({ learningRate: 0.003 }),
    loss: 'mean_squared_error',
    metrics: ['mae'],
  };

  it('takes units, window, rate and optimizer state over', async () => {
    const model = randomModel({ layers: LAYERS, inputShape: [9, 3], compile, iterations: 42 });

    const start = await fileStart('a.keras', model, INPUTS, 0.001);

    expect(start).toMatchObject({ units: 3, window: 9, learningRate: 0.003, notes: [], usesWeights: true });
    expect(start.model.optimizerState?.iterations).toBe(42);
    const slower = withRate(start, 0.0005);
    expect(slower.model.compile?.optimizer.config.learning_rate).toBe(0.0005);
    expect(slower.model.optimizerState).toMatchObject({ iterations: 42, learningRate: 0.0005 });
  });

  it('says what it could not take over', async () => {
    const bare = randomModel({ layers: LAYERS, inputShape: [9, 3] });
    const optimizer = {
      module: 'keras.optimizers',
      class_name: 'Adagrad',
      config: { name: 'adagrad' },
      registered_name: null,
    };
    const strange = { ...bare, compile: { ...compile, optimizer, loss: 'mean_absolute_error' } };

    expect((await fileStart('a', bare, INPUTS, 0.01)).notes).toEqual([
      'The file has no compile settings: training goes on with a fresh Adam.',
    ]);
    const start = await fileStart('a', strange, INPUTS, 0.01);
    expect(start.notes.map(english).join(' ')).toMatch(/Adagrad.*fresh Adam.*mean_absolute_error/);
    expect(start.model.compile).toMatchObject({
      optimizer: { class_name: 'Adam' },
      loss: 'mean_absolute_error',
    });
    expect(start.learningRate).toBe(0.01);
  });

  it.each<[string, readonly NamedLayer[], readonly [number, number], RegExp]>([
    ['other inputs', LAYERS, [9, 2], /takes 2 inputs per step; the page.s data has 3 \(rain, warmth, wind\)/],
    ['a long window', LAYERS, [400, 3], /reads 400 steps; this page.s windows have at most 336/],
    ['no LSTM', [{ kind: 'dense', units: 1, name: 'dense' }], [9, 3], /it has no LSTM/],
    [
      'two outputs',
      [
        { kind: 'lstm', units: 3, name: 'lstm' },
        { kind: 'dense', units: 2, name: 'dense' },
      ],
      [9, 3],
      /it gives \(2,\) for a window/,
    ],
  ])('is refused with the reason for %s', async (_, layers, inputShape, reason) => {
    await expect(fileStart('a.keras', randomModel({ layers, inputShape }), INPUTS, 0.01)).rejects.toThrow(
      reason,
    );
  });
});
