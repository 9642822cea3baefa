/** The letter of each gate as the page prints it; the candidate has a tilde, so that nobody takes it for c, the memory. */
import type { GateKey } from '../engine/index.ts';

export const GATE_LETTERS: Readonly<Record<GateKey, string>> = { i: 'i', f: 'f', c: 'c\u0303', o: 'o' };

/** The letter of a gate, of a GRU's too. */
export const gateLetter = (key: string): string => (key === 'c' ? GATE_LETTERS.c : key);

/** `i, c̃, f, o` for icfo. */
export const gateOrder = (keys: string): string => [...keys].map(gateLetter).join(', ');
