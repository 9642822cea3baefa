/** Methods that run side by side: kernels of one are compiled while another computes. */

/** Told shares of its work, from 0 to 1. */
export type Tell = (share: number) => void;

export type Method = (tell: Tell, signal: AbortSignal) => Promise<void>;

/**
 * Ends when all have ended. The first that fails stops the others, and what it threw is thrown.
 * @param tells one for each method
 * @param signal stops all
 */
export async function atOnce(
  methods: Readonly<Record<string, Method>>,
  tells: readonly Tell[],
  signal: AbortSignal,
): Promise<void> {
  const failing = new AbortController();
  const either = AbortSignal.any([signal, failing.signal]);
  await Promise.all(
    Object.values(methods).map((run, k) =>
      run(tells[k] as Tell, either).catch((error: unknown) => failing.abort(error)),
    ),
  );
  failing.signal.throwIfAborted();
}
