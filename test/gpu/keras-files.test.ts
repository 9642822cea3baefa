/**
 * Old files predict on the GPU what their Keras predicted: one stacked model of each generation of test/fixtures, and every
 * file of ../shared/keras-files (where that folder lies beside the repository), whose INDEX.json says what is to happen.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildFromKeras, type GpuDevice, requestGpu, type Tensor } from '../../src/engine/index.ts';
import { readZip } from '../../src/engine/keras/bytes/zip-read.ts';
import { inspectModel, readModelFile, readNpy } from '../../src/engine/keras/index.ts';
import type { NamedFile } from '../../src/engine/keras/raw-file.ts';
import { assertClose } from '../harness/assert-close.ts';
import { nodeGpu, releaseNodeGpu } from '../harness/node-gpu.ts';

const GENUINE = fileURLToPath(new URL('../fixtures/keras/genuine/', import.meta.url));
const SHARED = fileURLToPath(new URL('../../../shared/keras-files/', import.meta.url));
/** The tolerance that the expected files name: absolute, for float32 engines. */
const TOLERANCE = 2e-5;

interface IndexEntry {
  readonly id: string;
  readonly file: string;
  readonly role: string;
  readonly expected?: string;
  readonly expectation?: string;
  readonly architecture_file?: string;
}

interface Expected {
  readonly input_shape: readonly number[];
  readonly input: readonly number[];
  readonly output_shape: readonly number[];
  readonly output: readonly number[];
  readonly tolerance: string;
}

let gpu: GpuDevice;

beforeAll(async () => {
  gpu = await requestGpu({ gpu: await nodeGpu() });
});
afterAll(() => {
  gpu.dispose();
  releaseNodeGpu();
});

async function predict(file: NamedFile, x: Tensor, architecture?: NamedFile): Promise<Tensor> {
  const { model } = await readModelFile(file.bytes, {
    fileName: file.name,
    ...(architecture ? { architecture } : {}),
  });
  const sequential = await buildFromKeras(gpu, model, { inputShape: x.shape.slice(1) });
  try {
    return await sequential.predict(x);
  } finally {
    sequential.dispose();
  }
}

const tensorOf = (bytes: Uint8Array | undefined): Tensor => {
  const { shape, data } = readNpy(bytes ?? new Uint8Array());
  return { shape, data: Float32Array.from(data, Number) };
};

describe('files of every generation of Keras', () => {
  it.each(readdirSync(GENUINE).sort())(
    '%s: a stacked model predicts what its Keras predicted',
    async (archive) => {
      const bytes = new Uint8Array(readFileSync(`${GENUINE}${archive}`));
      const entries = await readZip(bytes, { fileName: archive, maxBytes: 2 ** 26 });
      const expected = tensorOf(entries.get('stacked.y.npy'));
      const file = { name: `${archive}/stacked.h5`, bytes: entries.get('stacked.h5') ?? new Uint8Array() };

      const y = await predict(file, tensorOf(entries.get('stacked.x.npy')));

      expect(y.shape).toEqual(expected.shape);
      assertClose(y.data, expected.data, { atol: 1e-5, rtol: 1e-5, label: archive });
    },
  );
});

// That folder is not part of the repository: where it does not lie beside it, there is nothing to test here.
if (existsSync(SHARED)) describe('../shared/keras-files', sharedFiles);

function sharedFiles(): void {
  const read = (name: string): NamedFile => ({
    name,
    bytes: new Uint8Array(readFileSync(`${SHARED}${name}`)),
  });
  const index: readonly IndexEntry[] = JSON.parse(readFileSync(`${SHARED}INDEX.json`, 'utf8'));
  const loadable = index.filter(({ expected }) => expected !== undefined);
  const negative = index.filter(({ expected, role }) => expected === undefined && role === 'model');

  it.each(loadable.map((entry) => [entry.id, entry] as const))(
    '%s gives the expected outputs',
    async (_, entry) => {
      const expected: Expected = JSON.parse(readFileSync(`${SHARED}${entry.expected}`, 'utf8'));
      const x = { shape: expected.input_shape, data: Float32Array.from(expected.input) };
      const architecture = entry.architecture_file ? read(entry.architecture_file) : undefined;

      const y = await predict(read(entry.file), x, architecture);

      expect(expected.tolerance).toMatch(/^2e-5 absolute/);
      expect(y.shape).toEqual(expected.output_shape);
      expect(new Set(expected.output).size).toBeGreaterThan(1);
      assertClose(y.data, expected.output, { atol: TOLERANCE, label: entry.id });
    },
  );

  it.each(loadable.map((entry) => [entry.id, entry] as const))('%s can be inspected', async (_, entry) => {
    const { name, bytes } = read(entry.file);
    const architecture = entry.architecture_file ? { architecture: read(entry.architecture_file) } : {};

    const { parameters, warnings } = inspectModel(
      await readModelFile(bytes, { fileName: name, ...architecture }),
    );

    expect(parameters).toBeGreaterThan(0);
    expect(warnings).toEqual([]);
  });

  it.each(negative.map((entry) => [entry.id, entry] as const))('%s is refused by name', async (_, entry) => {
    const named = /(ConvLSTM2D|NestedDenseModel)/.exec(entry.expectation ?? '')?.[1] ?? 'no name';
    const { name, bytes } = read(entry.file);

    await expect(readModelFile(bytes, { fileName: name })).rejects.toThrow(named);
  });
}
