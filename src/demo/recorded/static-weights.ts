/** The weight matrices of the recorded run as HTML: each cut by gate as the live view cuts it, from one small picture. */
import { GATES } from '../../engine/index.ts';
import { cellName, type MatrixName, sliceCode } from '../draw/heatmap-layout.ts';
import { niceScale, rampGradient, rampStops, type Theme } from '../draw/ramp.ts';
import { formatCount, formatWeight } from '../format.ts';
import { gateLetter } from '../gate-letters.ts';
import { gateFullWord, gateName, gateWord } from '../views/gate-words.ts';
import { MEANING } from '../views/matrix-labels.ts';
import { label, table } from './static-pieces.ts';
import type { StoredRun } from './stored-run.ts';
import { escapeText as text } from './text-document.ts';
import { weightsImage } from './weights-image.ts';

const NAMES: readonly MatrixName[] = ['kernel', 'recurrent_kernel', 'bias'];
const THEMES: readonly Theme[] = ['light', 'dark'];
/** Rows of recurrent_kernel that are named, which have no names but numbers. */
const EVERY = 4;

interface Matrix {
  readonly name: MatrixName;
  readonly values: Float32Array;
  readonly rows: number;
  /** Its first row in the picture. */
  readonly top: number;
}

export function weightsPart(stored: StoredRun): string {
  const { units } = stored.recipe;
  const width = GATES.length * units;
  const matrices = matricesOf(stored, width);
  const all = Float32Array.from(matrices.flatMap(({ values }) => [...values]));
  const scale = niceScale(all.reduce((most, value) => Math.max(most, Math.abs(value)), 0));
  const images = THEMES.map(
    (theme) =>
      `<image id="recorded-${theme}" width="${width}" height="${all.length / width}" style="image-rendering:pixelated" href="${weightsImage(all, width, scale, rampStops(theme))}"/>`,
  );
  const end = formatWeight(scale);
  return `<div class="recorded-view" lang="en" data-testid="static-weights">
    <svg class="recorded-defs" width="0" height="0" aria-hidden="true"><defs>${images.join('')}</defs></svg>
    <div class="weights-bar"><div class="ramp"><span>\u2212${end}</span>${THEMES.map((theme) => `<span class="ramp-colours only-${theme}" style="background:${rampGradient(rampStops(theme))}"></span>`).join('')}<span>+${end}</span><span class="ramp-zero">0</span></div></div>
    <p class="cell-readout weight-readout"><span>${largest(matrices, units, stored.data.inputs)}</span></p>
    ${matrices.map((matrix) => drawn(matrix, units, stored.data.inputs)).join('')}
    <details class="after-chart"><summary>Show the bias as a table</summary>${biasTable(matrices, units)}</details>
    <p class="recorded-label">Weights of epoch ${stored.forecast.epoch}, fingerprint ${stored.fingerprint}.</p>
    ${label(stored)}</div>`;
}

function matricesOf({ model }: StoredRun, width: number): readonly Matrix[] {
  let top = 0;
  return NAMES.map((name) => {
    const values =
      model.weights.find(({ path }) => path.endsWith(`lstm/${name}`))?.data ?? new Float32Array();
    const rows = values.length / width;
    top += rows;
    return { name, values: new Float32Array(values), rows, top: top - rows };
  });
}

function drawn(matrix: Matrix, units: number, inputs: readonly string[]): string {
  const { name, rows } = matrix;
  const columns = formatCount(GATES.length * units);
  const shape = name === 'bias' ? `(${columns})` : `(${formatCount(rows)}, ${columns})`;
  const lines = GATES.map(
    (_, gate) => `${gate % 2 === 0 ? rowNames(matrix, inputs) : ''}${block(matrix, gate, units)}`,
  );
  return `<div class="matrix" data-matrix="${name}"><div class="matrix-head"><h3>${name} <span class="field-hint">${shape}</span></h3><p>${MEANING[name]}</p></div>
    <div class="recorded-matrix">${lines.join('')}</div></div>`;
}

function block({ name, values, rows, top }: Matrix, gate: number, units: number): string {
  const key = GATES[gate]?.key ?? '';
  const own = slice(values, rows, gate, units);
  const [least, most] = [Math.min(...own), Math.max(...own)];
  const says = `${name}, ${gateFullWord(key)}: ${formatCount(own.length)} weights from ${formatWeight(least)} to ${formatWeight(most)}`;
  const uses = THEMES.map(
    (theme) => `<use class="only-${theme}" href="#recorded-${theme}" x="${-gate * units}" y="${-top}"/>`,
  );
  return `<div class="recorded-gate"><div class="gate-name" data-gate="${key}"><span class="gate-letter">${gateLetter(key)}</span><span class="gate-word">${gateWord(key)}</span> <code>${sliceCode(name, gate)}</code></div><svg role="img" aria-label="${says}" viewBox="0 0 ${units} ${rows}" preserveAspectRatio="none">${uses.join('')}</svg></div>`;
}

/** The rows' names beside each line of blocks: there are two lines on a narrow page. */
function rowNames({ name, rows }: Matrix, inputs: readonly string[]): string {
  const named = {
    kernel: inputs,
    recurrent_kernel: Array.from({ length: Math.ceil(rows / EVERY) }, (_, row) => `unit ${row * EVERY}`),
    bias: ['bias'],
  }[name];
  const each = name === 'recurrent_kernel' ? EVERY : 1;
  return `<div class="recorded-rows" aria-hidden="true">${named
    .map((word, row) => `<span style="top:${(100 * (row * each + 0.5)) / rows}%">${text(word)}</span>`)
    .join('')}</div>`;
}

/** The weights of one gate. */
function slice(values: Float32Array, rows: number, gate: number, units: number): Float32Array {
  return Float32Array.from(
    { length: rows * units },
    (_, at) =>
      values[Math.floor(at / units) * GATES.length * units + gate * units + (at % units)] ?? Number.NaN,
  );
}

/** The weight farthest from 0, with its name and slice. */
function largest(matrices: readonly Matrix[], units: number, inputs: readonly string[]): string {
  const width = GATES.length * units;
  const places = matrices.flatMap(({ name, values }) =>
    [...values].map((value, at) => ({ name, value, at })),
  );
  const { name, value, at } = places.reduce((most, one) =>
    Math.abs(one.value) > Math.abs(most.value) ? one : most,
  );
  const cell = { gate: Math.floor((at % width) / units), row: Math.floor(at / width), unit: at % units };
  return `The weight farthest from 0: ${text(cellName(name, cell, inputs))}, <b><data value="${value}">${formatWeight(value)}</data></b></span> <code>${sliceCode(name, cell.gate)}</code><span>`;
}

function biasTable(matrices: readonly Matrix[], units: number): string {
  const bias = matrices.find(({ name }) => name === 'bias')?.values ?? new Float32Array();
  const rows = Array.from({ length: units }, (_, unit) => {
    const cells = GATES.map(
      (_gate, gate) => `<td>${formatWeight(bias[gate * units + unit] ?? Number.NaN)}</td>`,
    );
    return `<tr><th scope="row">${unit}</th>${cells.join('')}</tr>`;
  });
  const heads = GATES.map(({ key }) => gateName(key));
  return table('The bias as a table', ['unit', ...heads], rows);
}
