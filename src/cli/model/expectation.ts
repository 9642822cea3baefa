/** What verify and gate-order begin with: a model, inputs for it, and the outputs that are expected of it. */
import type { Tensor } from '../../engine/index.ts';
import type { KerasModel } from '../../engine/keras/index.ts';
import { readExpected, readInputs, wrongShape } from './inputs.ts';
import { openModel } from './open-model.ts';
import { needed } from './report.ts';

export interface Expectation {
  readonly model: KerasModel;
  /** Of the file. */
  readonly notes: readonly string[];
  readonly x: Tensor;
  readonly y: Tensor;
}

interface Options {
  readonly file: string;
  readonly architecture: string | null;
  readonly x: string | null;
  readonly key: string | null;
  readonly y: string | null;
  readonly yKey: string | null;
}

/**
 * @param mayReturnSequences whether y may also be what the model with the other return_sequences gives
 * @throws GatewiseError in one sentence that names the file or the option
 */
export async function readExpectation(
  verb: string,
  options: Options,
  mayReturnSequences: boolean,
): Promise<Expectation> {
  const paths = { x: needed(options.x, '--x X.npy', verb), y: needed(options.y, '--y Y.npy', verb) };
  const { model, notes } = await openModel(options.file, options.architecture);
  const x = await readInputs(paths.x, options.key, model);
  const { outputShapes } = await import('../../engine/keras/index.ts');
  const [shape = [], other = shape] = outputShapes(model, x.shape);
  const y = await readExpected(paths.y, options.yKey, shape);
  const allowed = mayReturnSequences ? [shape, other] : [shape];
  if (!allowed.some((one) => one.join() === y.shape.join())) throw wrongShape('--y', paths.y, y.shape, shape);
  return { model, notes, x, y };
}
