/** What the verbs on model files have in common in what they print. */
import { GatewiseError } from '../../engine/index.ts';
import type { FileSource } from '../../engine/keras/index.ts';
import { flag, text, zeroOrMore } from '../option.ts';

export const jsonOption = flag('print one JSON object and nothing else on stdout');

export const inputOption = text(
  'FILE',
  'the inputs: .npy, .npz or .csv (a row per sample, its time steps one after the other)',
  'the name of a file',
);

export const expectedOption = text('FILE', 'the expected outputs: .npy, .npz or .csv', 'the name of a file');

export const keyOption = text(
  'NAME',
  'which array of an .npz --x is, where it has several',
  'the name of an array',
);

export const expectedKeyOption = text(
  'NAME',
  'which array of an .npz --y is, where it has several',
  'the name of an array',
);

export const toleranceOption = zeroOrMore({
  most: 1e9,
  initial: 1e-5,
  help: 'values a and b agree where |a-b| <= X * (1 + |b|)',
});

/** @throws GatewiseError when an option that a verb cannot do without is not given */
export function needed(value: string | null, option: string, verb: string): string {
  if (value !== null) return value;
  throw new GatewiseError(
    'bad-input',
    `gatewise ${verb} needs ${option}. gatewise ${verb} --help tells more.`,
  );
}

/** One JSON object; NaN and infinities, for which JSON has no word, as "NaN", "Infinity" and "-Infinity". */
export function jsonText(value: object): string {
  const text = JSON.stringify(value, (_, one: unknown) =>
    typeof one === 'number' && !Number.isFinite(one) ? String(one) : one,
  );
  return `${text}\n`;
}

const GENERATIONS: Readonly<Record<FileSource['generation'], string>> = {
  keras1: 'Keras 1',
  keras2: 'Keras 2',
  'tf.keras': 'tf.keras',
  keras3: 'Keras 3',
  tfjs: 'TensorFlow.js',
  pytorch: 'PyTorch',
  onnx: 'ONNX',
  unknown: 'unknown origin',
};

/** `model of Keras 2 (2.0.6, tensorflow), hdf5` */
export function describeSource({ holds, generation, kerasVersion, backend, container }: FileSource): string {
  const details = [kerasVersion, backend].filter((one) => one !== null && one !== '').join(', ');
  return `${holds} of ${GENERATIONS[generation]}${details === '' ? '' : ` (${details})`}, ${container}`;
}
