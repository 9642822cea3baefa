/**
 * Weight initializers with Keras' formulas (keras-reference 1.4; keras v3.15.1 keras/src/initializers). Fans of a matrix
 * (a, b) are a and b, so the fused kernel (D, 4H) has fan_out 4H. The draws are ours: Keras' generators can't be repeated
 * outside Python.
 */
import { badInput } from './errors.ts';
import type { Random } from './random.ts';
import { sizeOf } from './tensor.ts';

export type InitializerName =
  | 'glorot_uniform'
  | 'glorot_normal'
  | 'he_uniform'
  | 'he_normal'
  | 'lecun_uniform'
  | 'lecun_normal'
  | 'orthogonal'
  | 'random_uniform'
  | 'random_normal'
  | 'truncated_normal'
  | 'zeros'
  | 'ones'
  | 'identity';

/** A name, or `{ constant: value }`. */
export type Initializer = InitializerName | { readonly constant: number };

/** Standard deviation of a unit normal cut at +-2: scipy.stats.truncnorm.std(-2, 2), the figure Keras divides by. */
const TRUNCATED_DEVIATION = 0.8796256610342398;
/** Keras' defaults of RandomUniform (+-) and RandomNormal, TruncatedNormal (standard deviation). */
const RANDOM_SCALE = 0.05;

/**
 * Fresh values for a variable.
 * @param shape [n] or [rows, columns]
 * @throws GatewiseError for an unknown name or a shape the initializer has no meaning for
 */
export function initialValues(
  initializer: Initializer,
  shape: readonly number[],
  random: Random,
): Float32Array {
  const size = sizeOf(shape);
  if (typeof initializer === 'object') return new Float32Array(size).fill(initializer.constant);
  const fanIn = shape[0] ?? 1;
  const fanOut = shape[1] ?? fanIn;
  const average = (fanIn + fanOut) / 2;
  switch (initializer) {
    case 'zeros':
      return new Float32Array(size);
    case 'ones':
      return new Float32Array(size).fill(1);
    case 'glorot_uniform':
      return uniform(size, Math.sqrt(3 / average), random);
    case 'he_uniform':
      return uniform(size, Math.sqrt(6 / fanIn), random);
    case 'lecun_uniform':
      return uniform(size, Math.sqrt(3 / fanIn), random);
    case 'random_uniform':
      return uniform(size, RANDOM_SCALE, random);
    case 'glorot_normal':
      return truncated(size, Math.sqrt(1 / average) / TRUNCATED_DEVIATION, random);
    case 'he_normal':
      return truncated(size, Math.sqrt(2 / fanIn) / TRUNCATED_DEVIATION, random);
    case 'lecun_normal':
      return truncated(size, Math.sqrt(1 / fanIn) / TRUNCATED_DEVIATION, random);
    case 'truncated_normal':
      return truncated(size, RANDOM_SCALE, random);
    case 'random_normal':
      return Float32Array.from({ length: size }, () => RANDOM_SCALE * random.normal());
    case 'orthogonal':
      return orthogonal(fanIn, fanOut, random);
    case 'identity':
      return identity(shape);
    default:
      throw badInput(
        `Initializer "${String(initializer)}" is not known. Use a Keras name such as "glorot_uniform".`,
      );
  }
}

/** An initializer as Keras 3 configs write it. */
export function initializerConfig(initializer: Initializer): unknown {
  if (typeof initializer === 'string') return initializer;
  return {
    module: 'keras.initializers',
    class_name: 'Constant',
    config: { value: initializer.constant },
    registered_name: null,
  };
}

function uniform(size: number, limit: number, random: Random): Float32Array {
  return Float32Array.from({ length: size }, () => limit * (2 * random.next() - 1));
}

function truncated(size: number, deviation: number, random: Random): Float32Array {
  return Float32Array.from({ length: size }, () => {
    let z = random.normal();
    while (Math.abs(z) > 2) z = random.normal();
    return deviation * z;
  });
}

function identity(shape: readonly number[]): Float32Array {
  const [rows, columns] = shape;
  if (rows === undefined || columns === undefined || shape.length !== 2) {
    throw badInput(
      'Initializer "identity" needs a matrix; this variable has one dimension. Use "zeros" or "ones".',
    );
  }
  const values = new Float32Array(rows * columns);
  for (let i = 0; i < Math.min(rows, columns); i++) values[i * columns + i] = 1;
  return values;
}

/**
 * A [rows, columns] matrix with orthonormal rows or columns, whichever are fewer: the fused recurrent kernel (H, 4H)
 * is one such matrix, its H x H gate blocks are not orthogonal (reference, trap 4). Gram-Schmidt, a second time where a
 * vector lost much of its length to the first (Kahan's "twice is enough"); the result has Keras' distribution (QR with
 * the sign of R's diagonal fixed).
 */
function orthogonal(rows: number, columns: number, random: Random): Float32Array {
  const count = Math.min(rows, columns);
  const length = Math.max(rows, columns);
  const vectors: Float64Array[] = [];
  while (vectors.length < count) {
    const vector = Float64Array.from({ length }, () => random.normal());
    let before = norm(vector);
    let after = orthogonalize(vector, vectors);
    while (after < 0.7 * before && after > 0) {
      before = after;
      after = orthogonalize(vector, vectors);
    }
    for (let i = 0; i < length; i++) vector[i] = (vector[i] as number) / after;
    vectors.push(vector);
  }
  const values = new Float32Array(rows * columns);
  for (let v = 0; v < count; v++) {
    for (let i = 0; i < length; i++) {
      values[rows <= columns ? v * columns + i : i * columns + v] = (vectors[v] as Float64Array)[i] as number;
    }
  }
  return values;
}

/** Takes from `vector` what lies along the unit vectors; returns the length left. */
function orthogonalize(vector: Float64Array, vectors: readonly Float64Array[]): number {
  for (const unit of vectors) {
    let dot = 0;
    for (let i = 0; i < vector.length; i++) dot += (vector[i] as number) * (unit[i] as number);
    for (let i = 0; i < vector.length; i++) vector[i] = (vector[i] as number) - dot * (unit[i] as number);
  }
  return norm(vector);
}

function norm(vector: Float64Array): number {
  let square = 0;
  for (let i = 0; i < vector.length; i++) square += (vector[i] as number) ** 2;
  return Math.sqrt(square);
}
