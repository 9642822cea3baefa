/** What `gatewise inspect` prints for people. */
import type { Inspection } from '../../engine/keras/index.ts';
import { alignColumns, formatNumber, plural } from '../text.ts';
import { describeSource } from './report.ts';

/** Settings that are said only when they are not the usual ones. */
const USUAL: Readonly<Record<string, unknown>> = {
  use_bias: true,
  return_sequences: false,
  go_backwards: false,
  stateful: false,
  zero_output_for_mask: false,
  dropout: 0,
  recurrent_dropout: 0,
  cell: 'lstm',
};

export function inspectionLines(inspection: Inspection): string[] {
  const { source, name, inputShape, parameters, trainableParameters, layers } = inspection;
  const lines = [
    `${source.fileName}: ${describeSource(source)}`,
    `Model "${name}", input ${shapeText(inputShape)}, ${plural(parameters, 'parameter')} (${trainableParameters.toLocaleString('en-US')} trainable)`,
  ];
  for (const layer of layers) {
    lines.push(
      '',
      `${layer.name} (${layer.className}): ${shapeText([null, ...layer.input])} -> ${shapeText([null, ...layer.output])}, ${plural(layer.parameters, 'parameter')}`,
    );
    const settings = settingsText(layer.settings);
    if (settings !== '') lines.push(`  ${settings}`);
    lines.push(...tensorTable(layer.tensors));
  }
  lines.push(...trainingLines(inspection));
  const storedRows = inspection.stored.map(({ path, dtype, shape }) => [path, dtype, shapeText(shape)]);
  lines.push(
    ...section(
      'In the file',
      alignColumns(storedRows).map((row) => `  ${row}`),
    ),
    ...section('Forget bias', indent(inspection.forgetBias)),
    ...section('Notes', indent(inspection.notes)),
    ...section('Looks wrong', indent(inspection.warnings)),
  );
  return lines;
}

function trainingLines({ compile, optimizer }: Inspection): string[] {
  if (compile === null) return [];
  const loss = typeof compile.loss === 'string' ? compile.loss : compile.loss.class_name;
  const rate = optimizer?.learningRate ?? compile.optimizer.config.learning_rate;
  const lines = [
    `  ${compile.optimizer.class_name}${typeof rate === 'number' ? `, learning rate ${formatNumber(rate)}` : ''}, loss ${loss}`,
    optimizer === null
      ? '  no optimizer state'
      : `  optimizer state after ${plural(optimizer.iterations, 'step')}: ${optimizer.slots.join(', ') || 'no slots'}`,
  ];
  return section('Compiled', lines);
}

function tensorTable(tensors: Inspection['layers'][number]['tensors']): string[] {
  if (tensors.length === 0) return [];
  const rows = [['  tensor', 'shape', 'norm', 'min', 'max', 'mean']];
  for (const tensor of tensors) {
    rows.push([`  ${tensor.path}`, shapeText(tensor.shape), ...numbers(tensor)]);
    for (const gate of tensor.gates) rows.push([`    ${gate.gate} = ${gate.slice}`, '', ...numbers(gate)]);
  }
  return alignColumns(rows);
}

function numbers({
  norm,
  min,
  max,
  mean,
}: {
  norm: number;
  min: number;
  max: number;
  mean: number;
}): string[] {
  return [norm, min, max, mean].map(formatNumber);
}

function settingsText(settings: Readonly<Record<string, unknown>>): string {
  return Object.entries(settings)
    .filter(([key, value]) => USUAL[key.split('.').at(-1) ?? key] !== value)
    .map(([key, value]) => `${key} ${Array.isArray(value) ? shapeText(value) : wordOf(value)}`)
    .join(', ');
}

/** Two functions have the name hard_sigmoid. */
function wordOf(value: unknown): string {
  if (value === 'hard_sigmoid_keras2') return 'hard_sigmoid (Keras 1 and 2: clip(0.2x + 0.5))';
  return value === 'hard_sigmoid' ? 'hard_sigmoid (Keras 3: clip(x/6 + 0.5))' : String(value);
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', `${title}:`, ...lines];
}

function indent(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}

function shapeText(shape: readonly (number | null)[]): string {
  return `[${shape.map((size) => size ?? 'any').join(', ')}]`;
}
