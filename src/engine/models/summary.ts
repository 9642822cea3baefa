/** Keras' summary table: layer (type), output shape, parameters. */
import type { PlacedLayer } from './parameters.ts';

/** The table as text, for a fixed-width font. */
export function summaryTable(name: string, layers: readonly PlacedLayer[]): string {
  const rows = layers.map(({ layer, name: layerName, output, parameterCount }) => [
    `${layerName} (${layer.className})`,
    `(None, ${output.join(', ')})`,
    parameterCount.toLocaleString('en-US'),
  ]);
  const head = ['Layer (type)', 'Output Shape', 'Param #'];
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] as string).length)),
  );
  const line = (cells: readonly string[]): string =>
    `│ ${cells.map((cell, k) => (k === 2 ? cell.padStart(widths[k] as number) : cell.padEnd(widths[k] as number))).join(' │ ')} │`;
  const rule = (left: string, middle: string, right: string, fill: string): string =>
    left + widths.map((width) => fill.repeat(width + 2)).join(middle) + right;
  const total = layers.reduce((sum, { parameterCount }) => sum + parameterCount, 0);
  const size = `${total.toLocaleString('en-US')} (${formatBytes(total * 4)})`;
  return [
    `Model: "${name}"`,
    rule('┌', '┬', '┐', '─'),
    line(head),
    rule('├', '┼', '┤', '─'),
    ...rows.map(line),
    rule('└', '┴', '┘', '─'),
    ` Total params: ${size}`,
    ` Trainable params: ${size}`,
    ' Non-trainable params: 0 (0.00 B)',
  ].join('\n');
}

function formatBytes(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB'];
  const power = bytes === 0 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${(bytes / 1024 ** power).toFixed(2)} ${units[power]}`;
}
