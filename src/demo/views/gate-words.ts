/** The names of gates as people say them. */
import { GATES } from '../../engine/index.ts';

/** Of a GRU (keras-reference 1.8). */
const GRU_GATES: Readonly<Record<string, string>> = { z: 'update', r: 'reset', h: 'candidate' };

/** `f, forget gate`; the candidate is a proposal, not a gate. */
export function gateName(key: string): string {
  const word = gateWord(key);
  return `${key}, ${word}${word === 'candidate' || word === key ? '' : ' gate'}`;
}

/** `forget` for f. */
export function gateWord(key: string): string {
  return GATES.find((gate) => gate.key === key)?.name ?? GRU_GATES[key] ?? key;
}
