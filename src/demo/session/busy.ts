/** Says what is being done, and when it is done or has failed: of several things at once, the latest that is still under way. */
import type { Emit } from '../protocol.ts';
import type { Told } from '../words.ts';

const underWay = new WeakMap<Emit, Told[]>();

export async function whileBusy<T>(emit: Emit, what: Told, task: () => Promise<T>): Promise<T> {
  const all = underWay.get(emit) ?? [];
  underWay.set(emit, all);
  all.push(what);
  emit({ type: 'busy', what });
  try {
    return await task();
  } finally {
    all.splice(all.indexOf(what), 1);
    emit({ type: 'busy', what: all.at(-1) ?? null });
  }
}
