/**
 * JSON of files that somebody else made: bounded in size and depth, so that no later walk over it overflows a stack.
 * Keys such as __proto__ come out as own properties of JSON.parse's objects; nothing here merges them into anything.
 */
import { badInput, sentence } from '../../core/errors.ts';

/** Deepest nesting of any real model's config is about 20. */
const MAX_DEPTH = 64;
/** An array or object takes far more memory than its text; a list of weights has one for each row. */
const MAX_PARTS = 2 ** 17;
const MAX_VALUES = 2 ** 21;

/**
 * The value of a JSON text.
 * @param what how messages call it, e.g. `model.json` or `model.safetensors, its header`
 * @throws GatewiseError when it is longer than `maxBytes`, not UTF-8, no JSON or nested too deeply
 */
export function parseJson(bytes: Uint8Array, what: string, maxBytes: number): unknown {
  if (bytes.length > maxBytes) {
    throw badInput(
      sentence`${what} has ${bytes.length} bytes of JSON; at most ${maxBytes} are read. Save it again.`,
    );
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw badInput(sentence`${what} is not UTF-8 text. Save or download the file again.`);
  }
  const { depth, parts, values } = measure(text);
  if (depth > MAX_DEPTH) {
    throw badInput(`${what} is nested deeper than ${MAX_DEPTH} levels, which no model needs.`);
  }
  if (parts > MAX_PARTS || values > MAX_VALUES) {
    throw badInput(
      `${what} has ${parts} arrays and objects and ${values} values; at most ${MAX_PARTS} and ${MAX_VALUES} are read. Save a large model in another format.`,
    );
  }
  try {
    return JSON.parse(text);
  } catch {
    throw badInput(sentence`${what} is no whole JSON text. Save or download the file again.`);
  }
}

/** Deepest nesting, number of arrays and objects, number of values, without parsing. */
function measure(text: string): { depth: number; parts: number; values: number } {
  let depth = 0;
  let deepest = 0;
  let parts = 0;
  let values = 1;
  let isString = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (isString) {
      if (code === 0x5c) i++;
      else if (code === 0x22) isString = false;
    } else if (code === 0x22) isString = true;
    else if (code === 0x2c) values++;
    else if (code === 0x5b || code === 0x7b) {
      parts++;
      deepest = Math.max(deepest, ++depth);
    } else if (code === 0x5d || code === 0x7d) depth--;
  }
  return { depth: deepest, parts, values };
}

/**
 * A shape out of a file: whole numbers from 0, few axes, not more values than `maxValues`.
 * @throws GatewiseError otherwise
 */
export function checkedShape(value: unknown, what: string, maxValues: number): readonly number[] {
  const isShape =
    Array.isArray(value) &&
    value.length <= 8 &&
    value.every((size) => Number.isInteger(size) && size >= 0 && size < 2 ** 31);
  // Axes of 0 would hide huge ones from the product.
  const count = isShape ? value.reduce<number>((product, size) => product * Math.max(1, size), 1) : 0;
  if (isShape && count <= maxValues) return value;
  throw badInput(
    `${what} has the shape ${JSON.stringify(value ?? null).slice(0, 80)}; expected a list of at most 8 whole numbers and at most ${maxValues} values. Save the file again.`,
  );
}
