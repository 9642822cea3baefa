/** The names of gates as people say them. */
import { gateLetter } from '../gate-letters.ts';
import { msg } from '../words.ts';

/** Those of an LSTM, and z, r and h of a GRU (keras-reference 1.8). The candidate is a proposal, not a gate. */
const GATES: Readonly<Record<string, { readonly word: string; readonly full: string }>> = {
  i: named(() => [msg('input'), msg('input gate')]),
  f: named(() => [msg('forget'), msg('forget gate')]),
  c: named(() => [msg('candidate'), msg('candidate')]),
  o: named(() => [msg('output'), msg('output gate')]),
  z: named(() => [msg('update'), msg('update gate')]),
  r: named(() => [msg('reset'), msg('reset gate')]),
  h: named(() => [msg('candidate'), msg('candidate')]),
};

function named(words: () => readonly [string, string]): { readonly word: string; readonly full: string } {
  return {
    get word() {
      return words()[0];
    },
    get full() {
      return words()[1];
    },
  };
}

/** `forget` for f. */
export function gateWord(key: string): string {
  return GATES[key]?.word ?? key;
}

/** `forget gate` for f. */
export function gateFullWord(key: string): string {
  return GATES[key]?.full ?? key;
}

/** `f, forget gate`, `c̃, candidate` */
export function gateName(key: string): string {
  return `${gateLetter(key)}, ${gateFullWord(key)}`;
}
