/** A quantity's formula as native MathML and as numbers, both from its declaration. */

import { html, mathml, nothing, type TemplateResult } from 'lit';
import { evaluate, type Formula } from '../cell-formula.ts';
import { partsOf, type Quantity, spokenPieces } from '../cell-quantities.ts';
import { type Atom, CELL_SYMBOLS, type CellSymbol } from '../cell-symbols.ts';
import type { CellValues } from '../cell-values.ts';
import { formatDifference, formatWeight } from '../format.ts';
import { recorded } from '../state.ts';
import { msg } from '../words.ts';
import { letterOf } from './cell-parts.ts';
import { isMarked, markQuantity } from './cell-state.ts';

type MathTemplate = ReturnType<typeof mathml>;

const SQUEEZE_SIGNS: Readonly<Record<string, string>> = { sigma: '\u03c3', tanh: 'tanh' };

/** A quantity's formula; pointing at it or moving the focus to it marks its number, its weights and its lines of WGSL. */
export function formulaButton(quantity: Quantity): TemplateResult {
  const mark = (): void => markQuantity(quantity.key);
  return html`<button
    class="cell-formula"
    type="button"
    aria-pressed=${isMarked(quantity.key) ? 'true' : 'false'}
    data-testid="cell-formula-${quantity.key}"
    @pointermove=${mark}
    @focus=${mark}
    @click=${mark}
  >
    ${typeset(quantity)}
  </button>`;
}

/** The formula with its numbers in it, and what it comes to; beside it what the kernel wrote, where it keeps that. */
export function numbersLine(
  { key, result, formula, isStored }: Quantity,
  values: CellValues,
): TemplateResult {
  const exact = evaluate(formula, values);
  const own = result === null || !isStored ? null : values[result];
  const isPlain = formula.kind === 'symbol';
  return html`<p class="cell-numbers" data-marked=${isMarked(key) ? 'true' : 'false'}>
    ${isPlain ? nothing : html`= ${withNumbers(formula, values)} `}=
    ${number(own === null ? key : `${key}-exact`, exact)}${
      own === null ? nothing : html` ${beside(number(key, own), formatDifference(Math.abs(own - exact)))}`
    }
  </p>`;
}

/** What stands beside the number that was worked out here. */
function beside(own: TemplateResult, difference: string): TemplateResult {
  return recorded.value === null
    ? msg(html`here in double precision; the kernel wrote ${own}, a difference of ${difference}`)
    : msg(html`here in double precision; in single precision it is ${own}, a difference of ${difference}`);
}

/** A number in four digits, the whole of it in its title. */
export function number(name: string, value: number): TemplateResult {
  return html`<data value=${value} title=${value} data-testid="cell-${name}">${formatWeight(value)}</data>`;
}

/** A sum is cut into pieces, so that a narrow page can break the line between them; each is said by its own words. */
export function typeset(quantity: Quantity): TemplateResult {
  const { result, formula } = quantity;
  const left = result === null ? [] : [mathml`${symbolMath(result)}<mo>=</mo>`];
  const parts = partsOf(formula).map(
    (part, index) => mathml`${index === 0 ? nothing : mathml`<mo form="infix">+</mo>`}${inMath(part)}`,
  );
  const words = spokenPieces(quantity);
  return html`${[...left, ...parts].map(
    (content, index) => html`<math aria-label=${words[index] ?? ''}><mrow>${content}</mrow></math> `,
  )}`;
}

function inMath(formula: Formula<CellSymbol>): MathTemplate {
  switch (formula.kind) {
    case 'symbol':
      return symbolMath(formula.name);
    case 'sum':
      return joined(formula.parts, '+');
    case 'product':
      return joined(formula.parts, '\u00b7');
    case 'call':
      return mathml`<mtext>${SQUEEZE_SIGNS[formula.by]}</mtext><mo form="prefix" stretchy="false">(</mo>${inMath(formula.of)}<mo form="postfix" stretchy="false">)</mo>`;
    case 'square':
      return squared(formula.of);
    case 'one-minus':
      return mathml`<mo form="prefix" stretchy="false">(</mo><mn>1</mn><mo>\u2212</mo>${inMath(formula.of)}<mo form="postfix" stretchy="false">)</mo>`;
  }
}

/** The exponent of a function stands at its name. */
function squared(formula: Formula<CellSymbol>): MathTemplate {
  return formula.kind === 'call'
    ? mathml`<msup><mtext>${SQUEEZE_SIGNS[formula.by]}</mtext><mn>2</mn></msup><mo form="prefix" stretchy="false">(</mo>${inMath(formula.of)}<mo form="postfix" stretchy="false">)</mo>`
    : mathml`<msup><mrow>${inMath(formula)}</mrow><mn>2</mn></msup>`;
}

function joined(parts: readonly Formula<CellSymbol>[], sign: string): MathTemplate {
  return mathml`${parts.map((part, index) => mathml`${index === 0 ? nothing : mathml`<mo>${sign}</mo>`}${inMath(part)}`)}`;
}

/** In its part's colour. */
function symbolMath(name: CellSymbol): MathTemplate {
  const { math, part } = CELL_SYMBOLS[name];
  return part === null ? atoms(math) : mathml`<mrow data-cell-part=${part}>${atoms(math)}</mrow>`;
}

function atoms(all: readonly Atom[]): MathTemplate {
  return mathml`${all.map(({ base, sub }) => {
    const letter = token(base);
    if (sub === undefined) return letter;
    return base === '\u2211'
      ? mathml`<munder>${letter}<mrow>${sub.map(token)}</mrow></munder>`
      : mathml`<msub>${letter}<mrow>${sub.map(token)}</mrow></msub>`;
  })}`;
}

function token(text: string): MathTemplate {
  if (/^\d+$/.test(text)) return mathml`<mn>${text}</mn>`;
  if (/^[a-z]{4,}$/.test(text)) return mathml`<mtext>${text}</mtext>`;
  return /^\p{L}/u.test(text) ? mathml`<mi>${text}</mi>` : mathml`<mo>${text}</mo>`;
}

/** The same tree with a number for each symbol. */
export function withNumbers(formula: Formula<CellSymbol>, values: CellValues): TemplateResult {
  switch (formula.kind) {
    case 'symbol':
      return symbolNumber(formula.name, values);
    case 'sum':
      return spread(formula.parts, ' + ', values);
    case 'product':
      return spread(formula.parts, ' \u00b7 ', values);
    case 'call':
      return html`${SQUEEZE_SIGNS[formula.by]}(${withNumbers(formula.of, values)})`;
    case 'square':
      return formula.of.kind === 'call'
        ? html`${SQUEEZE_SIGNS[formula.of.by]}\u00b2(${withNumbers(formula.of.of, values)})`
        : html`(${withNumbers(formula.of, values)})\u00b2`;
    case 'one-minus':
      return html`(1 \u2212 ${withNumbers(formula.of, values)})`;
  }
}

/** With its part's letter before it; z and dz are another number than the gate whose letter it is. */
function symbolNumber(name: CellSymbol, values: CellValues): TemplateResult {
  const { part } = CELL_SYMBOLS[name];
  const own = number(name, values[name]);
  return part === null
    ? own
    : html`<span class="part" data-cell-part=${part}>${/^d?z-/.test(name) ? nothing : letterOf(part)}${own}</span>`;
}

function spread(parts: readonly Formula<CellSymbol>[], sign: string, values: CellValues): TemplateResult {
  return html`${parts.map((part, index) => html`${index === 0 ? nothing : sign}${withNumbers(part, values)}`)}`;
}
