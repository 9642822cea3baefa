/**
 * Arithmetic and traffic of each kernel by formula. Operations: a multiply-add counts two, exp and tanh one. Bytes: what
 * has to move at least, each tensor the kernel needs read once and each it makes written once; what a kernel reads again,
 * or leaves between dispatches for its own use (parts of split sums), is its own affair and shows as a low share.
 */

/** Sizes of LSTM(units) -> Dense(outputs). */
export interface ModelSizes {
  /** E */
  readonly members: number;
  /** B */
  readonly batch: number;
  /** T */
  readonly steps: number;
  /** D */
  readonly features: number;
  /** H */
  readonly units: number;
  /** K, columns of the Dense */
  readonly outputs: number;
}

export interface Work {
  readonly flops: number;
  readonly bytes: number;
}

/** Whether a kernel runs in a training step, where forward keeps what backward needs, or predicts. */
export type Purpose = 'training' | 'predict';

const FLOAT = 4;
/** Per unit, row and step: 4 biases, 5 activations, c = f c + i g (3), h = o tanh c (1). */
const CELL_FORWARD = 13;
/** tanh c; dc += dh o (1 - t^2) (5); do = dh t o (1 - o) (4); di, df, dg (4 each); dc f. */
const CELL_BACKWARD = 23;
/** m += (g - m) a (3), v += (g g - v) b (4), w -= rate m / (sqrt v + epsilon) (5). */
const ADAM = 12;

type Formula = (sizes: ModelSizes, purpose: Purpose) => Work;

const cells = ({ batch, steps, units }: ModelSizes): number => batch * steps * units;
const inputs = ({ batch, steps, features }: ModelSizes): number => batch * steps * features;
const lstmParameters = ({ features, units }: ModelSizes): number => (features + units + 1) * 4 * units;
const denseParameters = ({ units, outputs }: ModelSizes): number => (units + 1) * outputs;
/** Trainable numbers of one member. */
const parameters = (sizes: ModelSizes): number => lstmParameters(sizes) + denseParameters(sizes);

const work = (flops: number, floats: number): Work => ({ flops, bytes: floats * FLOAT });

const lstmForward: Formula = (sizes, purpose) => {
  const { batch, features, units } = sizes;
  const kept = purpose === 'training' ? cells(sizes) * 6 : batch * units; // h, c and four gates, or the last h
  return work(
    cells(sizes) * (2 * (features + units) * 4 + CELL_FORWARD),
    inputs(sizes) + lstmParameters(sizes) + kept,
  );
};

/** dz of every step, and dh of the step before through the recurrent kernel. */
const lstmBackward: Formula = (sizes) => {
  const { batch, units } = sizes;
  const read = cells(sizes) * 5 + batch * units + 4 * units * units; // gates and c, dh of the last step, U
  return work(cells(sizes) * (2 * 4 * units + CELL_BACKWARD), read + cells(sizes) * 4);
};

const lstmWeightGradient: Formula = (sizes) => {
  const { features, units } = sizes;
  const read = cells(sizes) * 5 + inputs(sizes); // dz and h
  return work(cells(sizes) * 2 * (features + units + 1) * 4, read + lstmParameters(sizes));
};

const denseForward: Formula = (sizes) => {
  const { batch, units, outputs } = sizes;
  return work(batch * outputs * (2 * units + 1), batch * units + denseParameters(sizes) + batch * outputs);
};

const denseWeightGradient: Formula = (sizes) => {
  const { batch, units, outputs } = sizes;
  return work(2 * batch * outputs * (units + 1), batch * (units + outputs) + denseParameters(sizes));
};

/** Of the Dense: what the LSTM's backward begins with. The step computes no gradient by x. */
const inputGradient: Formula = ({ batch, units, outputs }) =>
  work(2 * batch * units * outputs, batch * outputs + units * outputs + batch * units);

const loss: Formula = ({ batch, outputs }) => work(6 * batch * outputs, 3 * batch * outputs);

/** Dense forward and backward and the loss in one dispatch. */
const denseHead: Formula = (sizes, purpose) => {
  const all = [denseForward, loss, denseWeightGradient, inputGradient].map((formula) =>
    formula(sizes, purpose),
  );
  const { batch, units, outputs } = sizes;
  const floats = 2 * batch * units + 3 * batch * outputs + 2 * denseParameters(sizes); // x, dx; y, dy, targets; W, dW
  return work(
    all.reduce((sum, { flops }) => sum + flops, 0),
    floats,
  );
};

const adam: Formula = (sizes) => work(ADAM * parameters(sizes), 7 * parameters(sizes)); // g; w, m, v in and out
const sgd: Formula = (sizes) => work(2 * parameters(sizes), 3 * parameters(sizes));

const FORMULAS: Readonly<Record<string, Formula>> = {
  lstm_forward: lstmForward,
  lstm_step_forward: lstmForward,
  lstm_backward: lstmBackward,
  lstm_step_backward: lstmBackward,
  lstm_weight_gradient: lstmWeightGradient,
  dense_forward: denseForward,
  dense_weight_gradient: denseWeightGradient,
  input_gradient: inputGradient,
  loss,
  dense_head: denseHead,
  adam,
  sgd,
};

/** Work of all dispatches of a kernel in one step; null for a kernel without a formula. */
export function workOf(kernel: string, sizes: ModelSizes, purpose: Purpose): Work | null {
  const one = Object.hasOwn(FORMULAS, kernel) ? FORMULAS[kernel]?.(sizes, purpose) : undefined;
  return one ? { flops: one.flops * sizes.members, bytes: one.bytes * sizes.members } : null;
}

/** Operations of a whole training step with Adam, whatever kernels it is cut into. */
export function trainingFlops(sizes: ModelSizes): number {
  const formulas = [
    lstmForward,
    denseForward,
    loss,
    denseWeightGradient,
    inputGradient,
    lstmBackward,
    lstmWeightGradient,
    adam,
  ];
  const flops = formulas.map((formula) => formula(sizes, 'training').flops);
  return sizes.members * flops.reduce((sum, value) => sum + value, 0);
}
