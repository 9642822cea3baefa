/** The lines of WGSL that compute a cell's quantities, found in the very files the kernels are joined from. */

import type { GateKey } from '../engine/index.ts';
import cellSource from '../shaders/lib/cell.wgsl?raw';
import productSource from '../shaders/lib/product.wgsl?raw';

/** z is the sum of a gate, c and h the states; `i`, `f`, `candidate`, `o` are the gates. */
export type Quantity = 'z' | Exclude<GateKey, 'c'> | 'candidate' | 'c' | 'h';

const STARTS: Readonly<Record<Quantity, string>> = {
  z: 'z.z',
  i: 'let i =',
  f: 'let f =',
  candidate: 'let candidate =',
  o: 'let o =',
  c: 'let c =',
  h: 'let h =',
};

export const CELL_CODE: readonly string[] = [
  ...functionLines(productSource, 'fn add_product'),
  '',
  ...functionLines(cellSource, 'fn cell_forward'),
];

/** Whether this line of the code computes the quantity. */
export function computes(line: string, quantity: Quantity): boolean {
  return line.trimStart().startsWith(STARTS[quantity]);
}

/** The function's lines, from its head to its closing brace. */
function functionLines(source: string, head: string): string[] {
  const lines = source.slice(source.indexOf(head)).split('\n');
  return lines.slice(0, lines.indexOf('}') + 1);
}
