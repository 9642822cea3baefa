/**
 * One question under way at a time. Whoever asks meanwhile is answered by one more at its end, which asks what is wanted by
 * then; also where the one before failed.
 * @param ask asks what is wanted at that moment, and takes the answer in
 */
export function oneAtATime(ask: () => Promise<void>): () => Promise<void> {
  let isAsking = false;
  let again = false;
  return async () => {
    again = isAsking;
    if (isAsking) return;
    isAsking = true;
    try {
      do {
        again = false;
        await ask().catch((error: unknown) => {
          if (!again) throw error;
        });
      } while (again);
    } finally {
      isAsking = false;
    }
  };
}
