/**
 * Formulas as data: from one tree come the typeset formula, the same with numbers, the words a screen reader says, and the
 * number itself. Knows nothing of LSTMs.
 */
import { msg, str } from './words.ts';

/** `S` are the names of the symbols that may stand in it. */
export type Formula<S extends string> =
  | { readonly kind: 'symbol'; readonly name: S }
  | { readonly kind: 'sum'; readonly parts: readonly Formula<S>[] }
  | { readonly kind: 'product'; readonly parts: readonly Formula<S>[] }
  | { readonly kind: 'call'; readonly of: Formula<S>; readonly by: Squeeze }
  | { readonly kind: 'square'; readonly of: Formula<S> }
  | { readonly kind: 'one-minus'; readonly of: Formula<S> };

export type Squeeze = 'sigma' | 'tanh';

const SQUEEZES: Readonly<Record<Squeeze, (value: number) => number>> = {
  sigma: (value) => 1 / (1 + Math.exp(-value)),
  tanh: Math.tanh,
};

type Part<S extends string> = S | Formula<S>;

const of = <S extends string>(part: Part<S>): Formula<S> =>
  typeof part === 'string' ? { kind: 'symbol', name: part } : part;

export const sum = <S extends string>(...parts: Part<S>[]): Formula<S> => ({
  kind: 'sum',
  parts: parts.map(of),
});

export const product = <S extends string>(...parts: Part<S>[]): Formula<S> => ({
  kind: 'product',
  parts: parts.map(of),
});

export const call = <S extends string>(by: Squeeze, part: Part<S>): Formula<S> => ({
  kind: 'call',
  by,
  of: of(part),
});

export const square = <S extends string>(part: Part<S>): Formula<S> => ({ kind: 'square', of: of(part) });

export const oneMinus = <S extends string>(part: Part<S>): Formula<S> => ({
  kind: 'one-minus',
  of: of(part),
});

export const symbol = <S extends string>(name: S): Formula<S> => ({ kind: 'symbol', name });

/** The formula's number, in double precision. */
export function evaluate<S extends string>(formula: Formula<S>, values: Readonly<Record<S, number>>): number {
  switch (formula.kind) {
    case 'symbol':
      return values[formula.name];
    case 'sum':
      return formula.parts.reduce((total, part) => total + evaluate(part, values), 0);
    case 'product':
      return formula.parts.reduce((total, part) => total * evaluate(part, values), 1);
    case 'call':
      return SQUEEZES[formula.by](evaluate(formula.of, values));
    case 'square':
      return evaluate(formula.of, values) ** 2;
    case 'one-minus':
      return 1 - evaluate(formula.of, values);
  }
}

/** The formula as it is read out. */
export function inWords<S extends string>(formula: Formula<S>, words: (name: S) => string): string {
  const say = (part: Formula<S>): string => inWords(part, words);
  switch (formula.kind) {
    case 'symbol':
      return words(formula.name);
    case 'sum':
      return formula.parts.map(say).join(msg(' plus '));
    case 'product':
      return formula.parts.map(say).join(msg(' times '));
    case 'call':
      return msg(str`${formula.by} of ${say(formula.of)}`);
    case 'square':
      return msg(str`${say(formula.of)} squared`);
    case 'one-minus':
      return msg(str`(1 minus ${say(formula.of)})`);
  }
}

/** The symbols in it, each once, in order. */
export function symbolsOf<S extends string>(formula: Formula<S>): S[] {
  switch (formula.kind) {
    case 'symbol':
      return [formula.name];
    case 'sum':
    case 'product':
      return [...new Set(formula.parts.flatMap(symbolsOf))];
    default:
      return symbolsOf(formula.of);
  }
}
