/**
 * The page's network, LSTM -> Dense(1), with one number inside it moved a little: what the loss does then is that number's
 * gradient, by central differences. Written out anew, so that no code is shared with what it judges.
 */

/** Where the bump goes: a gate's sum z (0 to 3 as i, f, c, o), the cell state, or the emitted h. */
export type Bumped = 0 | 1 | 2 | 3 | 'c' | 'h';

const BUMP = 1e-4;
const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));

interface State {
  readonly h: Float64Array;
  readonly c: Float64Array;
}

/** One window and its target, both scaled. */
export class BumpedWindow {
  /** Before each step, and after the last. */
  readonly states: readonly State[];
  readonly steps: number;
  readonly #weights: readonly ArrayLike<number>[];
  readonly #x: ArrayLike<number>;
  readonly #target: number;
  readonly #units: number;
  readonly #features: number;

  /** @param weights kernel, recurrent kernel, bias; kernel and bias of the Dense @param x [T, D] */
  constructor(weights: readonly ArrayLike<number>[], x: ArrayLike<number>, target: number) {
    this.#weights = weights;
    this.#x = x;
    this.#target = target;
    this.#units = (weights[2]?.length ?? 0) / 4;
    this.#features = (weights[0]?.length ?? 0) / (4 * this.#units);
    this.steps = x.length / this.#features;
    const states: State[] = [{ h: new Float64Array(this.#units), c: new Float64Array(this.#units) }];
    for (let t = 0; t < this.steps; t++) states.push(this.#step(states[t] as State, t));
    this.states = states;
  }

  /** d loss / d that number at step t of a unit; the loss is the squared error of this window. */
  gradient(what: Bumped, t: number, unit: number): number {
    return (this.#loss(what, t, unit, BUMP) - this.#loss(what, t, unit, -BUMP)) / (2 * BUMP);
  }

  /** What the network says to the window, scaled. */
  forecast(): number {
    const [, , , kernel = [], bias = []] = this.#weights;
    const { h } = this.states[this.steps] as State;
    return h.reduce((sum, value, u) => sum + value * (kernel[u] as number), bias[0] as number);
  }

  /** What the weights of step t multiply: x, the 1 of the bias, h of the step before. */
  operand(t: number): number[] {
    const x = Array.from({ length: this.#features }, (_, j) => this.#x[t * this.#features + j] as number);
    return [...x, 1, ...(this.states[t] as State).h];
  }

  #loss(what: Bumped, t: number, unit: number, bump: number): number {
    let state = this.#step(this.states[t] as State, t, { what, unit, bump });
    for (let later = t + 1; later < this.steps; later++) state = this.#step(state, later);
    const [, , , kernel = [], bias = []] = this.#weights;
    const y = state.h.reduce((sum, h, u) => sum + h * (kernel[u] as number), bias[0] as number);
    return (y - this.#target) ** 2;
  }

  /** Gates i, f, candidate and o of step t, each of every unit. */
  gates(t: number): number[][] {
    return [0, 1, 2, 3].map((gate) =>
      Array.from({ length: this.#units }, (_, u) => {
        const z = this.#sum(this.states[t] as State, t, gate, u);
        return gate === 2 ? Math.tanh(z) : sigmoid(z);
      }),
    );
  }

  #step(
    before: State,
    t: number,
    bumped: { readonly what: Bumped; readonly unit: number; readonly bump: number } | null = null,
  ): State {
    const units = this.#units;
    const [h, c] = [new Float64Array(units), new Float64Array(units)];
    for (let u = 0; u < units; u++) {
      const moved = (what: Bumped): number => (bumped?.what === what && bumped.unit === u ? bumped.bump : 0);
      const z = (gate: 0 | 1 | 2 | 3): number => this.#sum(before, t, gate, u) + moved(gate);
      c[u] = sigmoid(z(1)) * (before.c[u] as number) + sigmoid(z(0)) * Math.tanh(z(2)) + moved('c');
      h[u] = sigmoid(z(3)) * Math.tanh(c[u] as number) + moved('h');
    }
    return { h, c };
  }

  /** z of a gate. */
  #sum(before: State, t: number, gate: number, unit: number): number {
    const [kernel = [], recurrent = [], bias = []] = this.#weights;
    const columns = 4 * this.#units;
    const column = gate * this.#units + unit;
    let sum = bias[column] as number;
    for (let j = 0; j < this.#features; j++)
      sum += (this.#x[t * this.#features + j] as number) * (kernel[j * columns + column] as number);
    for (let j = 0; j < this.#units; j++)
      sum += (before.h[j] as number) * (recurrent[j * columns + column] as number);
    return sum;
  }
}
