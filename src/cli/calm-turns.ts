/**
 * Dawn for Node (npm `webgpu`) waits for the device by asking it again in every turn of the event loop, by `setImmediate`.
 * That takes a whole core, which a software adapter computes on, and leaves a handle to collect each time. What has asked
 * so often that it is waiting for work asks once a millisecond instead.
 */

/** Turns at full speed: what is done within a fraction of a millisecond is heard of at once. */
const FAST_TURNS = 50;
const PAUSE_MS = 1;

/** From now on; others that use `setImmediate` notice nothing unless they ask themselves again and again too. */
export function calmTurns(): void {
  const { setImmediate: immediate, clearImmediate: clear } = globalThis;
  if (calmed.has(immediate)) return;
  /** How many turns in a row led to the one that runs, each asked for by the one before; -1 outside of them. */
  let depth = -1;
  const paused = new WeakSet<object>();
  const calm = (callback: (...args: unknown[]) => void, ...args: unknown[]): unknown => {
    const own = depth + 1;
    const turn = (): void => {
      depth = own;
      try {
        callback(...args);
      } finally {
        depth = -1;
      }
    };
    if (own < FAST_TURNS) return immediate(turn);
    const timer = setTimeout(turn, PAUSE_MS);
    paused.add(timer);
    return timer;
  };
  globalThis.setImmediate = Object.assign(calm, immediate) as typeof setImmediate;
  // Node takes a timer that it is to clear as an immediate for one, and then never runs those after it.
  globalThis.clearImmediate = (handle) => {
    if (handle && paused.has(handle)) clearTimeout(handle as unknown as NodeJS.Timeout);
    else clear(handle);
  };
  calmed.add(globalThis.setImmediate);
}

const calmed = new WeakSet<typeof setImmediate>();
