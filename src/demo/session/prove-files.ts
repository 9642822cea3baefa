/**
 * Model files on the session's device: held against outputs that are known, the order of their gates sought, the gates of
 * two of them side by side. Downloaded with the first such question.
 */
import { type GpuDevice, type Tensor, withPredictor } from '../../engine/index.ts';
import type { KerasModel } from '../../engine/keras/index.ts';
import type { ProofAnswer, ProofQuestion } from '../keras/proof-protocol.ts';
import { ToldError } from '../told-error.ts';
import { told } from '../words.ts';
import { compareOverTime } from './over-time.ts';
import type { Answerable } from './questions.ts';

/** As exports load it: a chunk that imports it as it begins would have the build cut the session into many more. */
const kerasDoor = () => import('../../engine/keras/index.ts');

type Known<P extends ProofQuestion['proof']> = Extract<ProofQuestion, { readonly proof: P }>;

/** Told after each order of the gates: how many are tried, and of how many. */
type OnTrial = (tried: number, of: number) => void;

/** @throws GatewiseError for models and numbers that do not go together, or without a device */
export async function proofAnswer(
  question: ProofQuestion,
  { gpu, isAsking, data }: Pick<Answerable, 'gpu' | 'isAsking' | 'data'>,
  onTrial: OnTrial,
  signal: AbortSignal,
): Promise<ProofAnswer> {
  if (gpu === null) {
    throw new ToldError(
      'no-webgpu',
      isAsking
        ? told('This is computed on the graphics device, which is not ready yet. Ask again in a moment.')
        : told(
            'This is computed on the graphics device, and there is none here (see the top of the page). The command line does it too.',
          ),
    );
  }
  switch (question.proof) {
    case 'outputs':
      return outputs(gpu, question);
    case 'orders':
      return orders(gpu, question, onTrial, signal);
    case 'activations':
      return compareOverTime(gpu, data, question);
  }
}

async function outputs(gpu: GpuDevice, { model, x, y, tolerance }: Known<'outputs'>): Promise<ProofAnswer> {
  const { compareTensors } = await kerasDoor();
  const received = await withPredictor(gpu, x, (predictor) => predictor.predict(model));
  return { type: 'outputs', difference: compareTensors(received, y, tolerance) };
}

async function orders(
  gpu: GpuDevice,
  { model, x, y, tolerance }: Known<'orders'>,
  onTrial: OnTrial,
  signal: AbortSignal,
): Promise<ProofAnswer> {
  const { findGateOrder, searchRows } = await kerasDoor();
  const rows = searchRows(model, x, y, 0);
  const result = await withPredictor(gpu, rows.x, (predictor) => {
    const predict = (changed: KerasModel): Promise<Tensor> => {
      signal.throwIfAborted();
      return predictor.predict(changed);
    };
    return findGateOrder(model, predict, rows.y, tolerance, onTrial);
  });
  return { type: 'orders', result, rows: { used: rows.x.shape[0] ?? 0, all: x.shape[0] ?? 0 } };
}
