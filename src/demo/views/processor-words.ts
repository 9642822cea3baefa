/** Where numbers come from that a device would compute, and there is none. */
import { msg } from '../words.ts';

export function onProcessor(): string {
  return msg('Computed on the processor with the float64 reference.');
}
