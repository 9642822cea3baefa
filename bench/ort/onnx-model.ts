/** A configuration's model as an ONNX file, by the engine's own writer: the same weights for both engines. */
import {
  type KerasModel,
  kerasLayer,
  sequentialConfig,
  writeModelFile,
} from '../../src/engine/keras/index.ts';
import type { Config } from '../protocol.ts';
import { createWork } from '../work.ts';

const WEIGHTS = [
  ['lstm', 'kernel'],
  ['lstm', 'recurrent_kernel'],
  ['lstm', 'bias'],
  ['dense', 'kernel'],
  ['dense', 'bias'],
] as const;

export async function onnxModel(config: Config): Promise<Uint8Array> {
  const { steps, features, units } = config;
  const { weights } = createWork(config);
  const model: KerasModel = {
    config: sequentialConfig(
      'bench',
      [steps, features],
      [kerasLayer('LSTM', { name: 'lstm', units }), kerasLayer('Dense', { name: 'dense', units: features })],
    ),
    weights: WEIGHTS.map(([layer, name], k) => {
      const { shape = [], data = new Float32Array(0) } = weights[k] ?? {};
      return { path: `${layer}/${name}`, layer, name, shape, data };
    }),
  };
  const [file] = (await writeModelFile(model, 'onnx')).files;
  if (!file) throw new Error('The ONNX writer gave no file.');
  return file.bytes;
}
