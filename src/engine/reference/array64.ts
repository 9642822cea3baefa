/**
 * Dense float64 arrays with a shape, and the checks every reference function starts with.
 * The reference model imports nothing from the rest of `src`, so it brings its own; errors are plain `Error`s whose
 * message says what was received, what was expected and how to fix it.
 */

/** A row-major float64 array: `data.length` is the product of `shape`. */
export interface Array64 {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** What the reference reads: any row-major numbers with a shape (a float32 tensor of the engine fits). */
export interface ArrayInput {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/** Number of elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, extent) => size * extent, 1);
}

/** A shape as it is written in messages: `[2, 3]`. */
export function formatShape(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}

/**
 * Checks that a number is a positive integer and gives it back.
 * @throws Error naming the number and the received value
 */
export function checkCount(name: string, value: number): number {
  if (!Number.isInteger(value) || value < 1) {
    throw new Error(`${name} must be a positive integer, received ${value}.`);
  }
  return value;
}

/**
 * Checks that an array has the expected number of elements.
 * @throws Error with both lengths and the shape the length comes from
 */
export function checkLength(name: string, data: ArrayLike<number>, shape: readonly number[]): void {
  if (data.length !== sizeOf(shape)) {
    throw new Error(
      `${name} has ${data.length} values, expected ${sizeOf(shape)} for shape ${formatShape(shape)}. Pass it row-major.`,
    );
  }
}

/**
 * Checks that every extent of an array is a positive integer and that its data fill its shape.
 * @throws Error with the received shape or length
 */
export function checkArray(name: string, array: ArrayInput): void {
  for (const extent of array.shape) checkCount(`Each extent of ${name} ${formatShape(array.shape)}`, extent);
  checkLength(name, array.data, array.shape);
}

/**
 * Reads the extents of a [B, T, D] array.
 * @throws Error when the array has not 3 dimensions or its data do not fill them
 */
export function readSequenceShape(
  name: string,
  array: ArrayInput,
): [batch: number, timeSteps: number, width: number] {
  const [batch, timeSteps, width, extra] = array.shape;
  if (batch === undefined || timeSteps === undefined || width === undefined || extra !== undefined) {
    throw new Error(
      `${name}: expected [batch, time, features] with 3 dimensions, received ${formatShape(array.shape)}. ` +
        'Add a time axis, or set returnSequences on the LSTM below.',
    );
  }
  checkArray(name, array);
  return [batch, timeSteps, width];
}

/** Last extent of a shape: the one Dense works on. */
export function lastExtent(shape: readonly number[]): number {
  return shape[shape.length - 1] ?? 1;
}
