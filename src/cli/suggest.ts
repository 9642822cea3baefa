/** "Did you mean ...?" for a mistyped verb or option. */

/**
 * The word that is nearest to what was typed, or null when none is near; letters that are all others are not near.
 * @param words the ones that exist
 */
export function nearest(typed: string, words: readonly string[]): string | null {
  const most = Math.max(1, Math.floor(typed.length / 3));
  let best: string | null = null;
  let bestDistance = most + 1;
  for (const word of words) {
    const distance = editDistance(typed.toLowerCase(), word);
    if (distance < Math.min(bestDistance, word.length)) {
      best = word;
      bestDistance = distance;
    }
  }
  return best ?? words.find((word) => typed.length > 1 && word.startsWith(typed.toLowerCase())) ?? null;
}

/** Letters to insert, delete, replace or swap with their neighbour (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      let distance = Math.min(
        (last[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (last[j - 1] ?? 0) + (isSame ? 0 : 1),
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        distance = Math.min(distance, (beforeLast[j - 2] ?? 0) + 1);
      }
      row.push(distance);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
