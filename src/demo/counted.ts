/** Things the page counts, one and many: languages differ in how they say it. */
import { msg, str } from './words.ts';

type Words = readonly [one: () => string, many: (count: string) => string];

const COUNTED = {
  row: [() => msg('1 row'), (n) => msg(str`${n} rows`)],
  day: [() => msg('1 day'), (n) => msg(str`${n} days`)],
  hour: [() => msg('1 hour'), (n) => msg(str`${n} hours`)],
  epoch: [() => msg('1 epoch'), (n) => msg(str`${n} epochs`)],
  step: [() => msg('1 step'), (n) => msg(str`${n} steps`)],
  window: [() => msg('1 window'), (n) => msg(str`${n} windows`)],
  unit: [() => msg('1 unit'), (n) => msg(str`${n} units`)],
  input: [() => msg('1 input'), (n) => msg(str`${n} inputs`)],
  column: [() => msg('1 column'), (n) => msg(str`${n} columns`)],
  place: [() => msg('1 place'), (n) => msg(str`${n} places`)],
  layer: [() => msg('1 layer'), (n) => msg(str`${n} layers`)],
  parameter: [() => msg('1 parameter'), (n) => msg(str`${n} parameters`)],
  array: [() => msg('1 array'), (n) => msg(str`${n} arrays`)],
  tensor: [() => msg('1 tensor'), (n) => msg(str`${n} tensors`)],
  line: [() => msg('1 line'), (n) => msg(str`${n} lines`)],
  dispatch: [() => msg('1 dispatch'), (n) => msg(str`${n} dispatches`)],
  second: [() => msg('1 second'), (n) => msg(str`${n} seconds`)],
  minute: [() => msg('1 minute'), (n) => msg(str`${n} minutes`)],
  network: [() => msg('1 network'), (n) => msg(str`${n} networks`)],
  permutation: [() => msg('1 permutation'), (n) => msg(str`${n} permutations`)],
} as const satisfies Readonly<Record<string, Words>>;

export type Counted = keyof typeof COUNTED;

/** @param digits the number as it is shown */
export function counted(count: number, digits: string, word: Counted): string {
  const [one, many] = COUNTED[word];
  return count === 1 ? one() : many(digits);
}
