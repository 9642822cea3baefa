/** What a reader says of weights that no training leaves behind: NaN, infinities, absurd sizes. They are shown, not mended. */

/** Trained weights stay far below; a flipped bit of an exponent is far above. */
export const IMPLAUSIBLE = 1e6;

/** Sentences about one array, none for an ordinary one. */
export function reportOddities(path: string, shape: readonly number[], data: Float32Array): string[] {
  const count = { NaN: 0, infinite: 0 };
  let firstBad = -1;
  let largest = 0;
  let largestAt = -1;
  for (let i = 0; i < data.length; i++) {
    const value = data[i] ?? 0;
    if (Number.isFinite(value)) {
      if (Math.abs(value) > largest) {
        largest = Math.abs(value);
        largestAt = i;
      }
      continue;
    }
    if (Number.isNaN(value)) count.NaN++;
    else count.infinite++;
    if (firstBad < 0) firstBad = i;
  }
  const notes: string[] = [];
  if (firstBad >= 0) {
    const parts = [
      ...(count.NaN > 0 ? [`${count.NaN} NaN`] : []),
      ...(count.infinite > 0 ? [`${count.infinite} infinite values`] : []),
    ];
    notes.push(
      `Weight ${path} holds ${parts.join(' and ')}, the first at ${indexOf(firstBad, shape)}; the model cannot predict with it.`,
    );
  }
  if (largest > IMPLAUSIBLE) {
    notes.push(
      `Weight ${path} holds the implausible value ${data[largestAt]} at ${indexOf(largestAt, shape)}; the file may be damaged.`,
    );
  }
  return notes;
}

/** Position in a row-major array as `[2, 5]`. */
function indexOf(at: number, shape: readonly number[]): string {
  const index: number[] = [];
  let rest = at;
  for (const size of shape.toReversed()) {
    index.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return `[${index.join(', ')}]`;
}
