/**
 * The gate order, once. Keras 2 and 3 store the four gates of an LSTM as column blocks i | f | c | o of kernel
 * (D, 4H), recurrent_kernel (H, 4H) and bias (4H,). The kernels keep the same order inside a vec4 per unit
 * (component 0 = i, ...); importers, exporters, the page and the tests take the order from here.
 */

/** The four gates in storage order: short key, the word people use, and its WGSL vector component. */
export const GATES = [
  { key: 'i', name: 'input' },
  { key: 'f', name: 'forget' },
  { key: 'c', name: 'candidate' },
  { key: 'o', name: 'output' },
] as const;

/** A gate's short key. */
export type GateKey = (typeof GATES)[number]['key'];

/** Number of gates; the fused matrices have `GATE_COUNT * units` columns. */
export const GATE_COUNT = GATES.length;

/** Position of a gate among the column blocks. */
export function gateIndex(key: GateKey): number {
  return GATES.findIndex((gate) => gate.key === key);
}
