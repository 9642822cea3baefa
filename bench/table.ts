/** Tables for the terminal and for Markdown, from the same rows; the first row is the head. */

export type Rows = readonly (readonly string[])[];

/** First column to the left, the others to the right. */
export function alignColumns(rows: Rows): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ');
  return rows.map((row) => line(row).trimEnd()).join('\n');
}

export function markdownTable([head = [], ...rows]: Rows): string {
  const rule = head.map((_, column) => (column === 0 ? '---' : '---:'));
  return [head, rule, ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

/** Four figures: enough for a ratio, and all that a shared machine can tell. */
export function figures(value: number): string {
  return value >= 1000 ? value.toFixed(0) : value.toPrecision(4);
}
