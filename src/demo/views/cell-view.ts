/** One step of one cell: the chosen gate's products, the gates, c and h with their numbers, the WGSL, and "what if". */
import { signal } from '@preact/signals-core';
import { html, nothing, type TemplateResult } from 'lit';
import { GATES, type GateKey } from '../../engine/index.ts';
import { CELL_CODE, computes, type Quantity } from '../cell-code.ts';
import {
  type CellNumbers,
  cellOf,
  gateTerms,
  kernelNumbers,
  largestFirst,
  recompute,
  sumOf,
  type Term,
} from '../cell-terms.ts';
import { formatCount, formatDifference, formatWeight } from '../format.ts';
import type { TraceReport } from '../protocol.ts';
import { chooseStep, chooseUnit, chosenGate, chosenStep, chosenUnit, trace } from '../selection.ts';
import { SignalElement } from '../signal-element.ts';
import { model, recorded } from '../state.ts';
import { gateName } from './gate-words.ts';
import { windowSlider } from './window-slider.ts';

/** Products shown before the rest is one line. */
const SHOWN = 6;
const SYMBOLS: Readonly<Record<GateKey, string>> = { i: 'i', f: 'f', c: 'c\u0303', o: 'o' };

export class CellView extends SignalElement {
  /** What the visitor set a gate to instead of its own value. */
  readonly #whatIf = signal<Partial<Record<GateKey, number>>>({});
  readonly #lit = signal<Quantity | null>(null);
  readonly #tableOpen = signal(false);

  protected override render(): TemplateResult {
    const shown = trace.value;
    if (shown === null) {
      return html`<p class="placeholder">
        The numbers of one cell appear here once a model with an LSTM as its first layer stands on a graphics device.
      </p>`;
    }
    if (shown.activation !== 'tanh' || shown.recurrentActivation !== 'sigmoid') {
      return html`<p class="placeholder" data-testid="cell-refusal">
        This view explains LSTMs with tanh and sigmoid. The layer from the file has ${shown.activation} and
        ${shown.recurrentActivation}, and other numbers would be wrong here.
      </p>`;
    }
    return html`${this.#choices(shown)}${this.#steps(shown)}${this.#code()}`;
  }

  #choices(shown: TraceReport): TemplateResult {
    const step = chosenStep.value;
    return html`
      <div class="cell-choices">
        ${windowSlider('cell-window')}
        <label class="cell-slider">
          <span>Time step</span>
          <input
            type="range"
            min="0"
            max=${shown.steps - 1}
            .value=${String(step)}
            aria-valuetext=${stepName(step, shown.steps)}
            data-testid="cell-step"
            @input=${numberFrom(chooseStep)}
          />
          <span>${stepName(step, shown.steps)}</span>
        </label>
        <label class="cell-slider">
          <span>Unit</span>
          <input
            type="range"
            min="0"
            max=${shown.units - 1}
            .value=${String(chosenUnit.value)}
            data-testid="cell-unit"
            @input=${numberFrom(chooseUnit)}
          />
          <span>${chosenUnit.value}</span>
        </label>
        <div class="segments" role="radiogroup" aria-label="Gate taken apart">
          ${GATES.map(
            ({ key }) => html`<label>
              <input
                type="radio"
                name="cell-gate"
                .checked=${chosenGate.value === key}
                data-testid="cell-gate-${key}"
                @change=${() => {
                  chosenGate.value = key;
                }}
              />${gateName(key)}
            </label>`,
          )}
        </div>
      </div>
    `;
  }

  #steps(shown: TraceReport): TemplateResult {
    const step = chosenStep.value;
    const unit = chosenUnit.value;
    const gate = chosenGate.value;
    const terms = gateTerms(shown, gate, step, unit);
    const sorted = largestFirst(terms);
    const rest = sorted.slice(SHOWN);
    const z = sumOf(terms);
    const kernel = kernelNumbers(shown, step, unit);
    const exact = recompute(shown, step, unit);
    return html`
      <ol class="cell-steps">
        <li class="card" data-gate=${gate}>
          ${this.#head('z', html`z<sub>${SYMBOLS[gate]}</sub> = \u03a3 x\u00b7W + b + \u03a3 h\u00b7U`)}
          <div class="table-scroll" tabindex="0" role="region" aria-label="The products of the sum">
            <table class="cell-terms" data-testid="cell-terms">
              <thead><tr><th scope="col">from</th><th scope="col">value</th><th scope="col">weight</th><th scope="col">product</th></tr></thead>
              <tbody>${(this.#tableOpen.value ? sorted : sorted.slice(0, SHOWN)).map((term) => termRow(term))}</tbody>
            </table>
          </div>
          ${rest.length === 0 ? nothing : this.#rest(rest)}
          <p>Sum: z = ${number('z', z)}</p>
        </li>
        <li class="card" data-gate=${gate}>
          ${this.#head(
            gate === 'c' ? 'candidate' : gate,
            html`${SYMBOLS[gate]} = ${gate === 'c' ? 'tanh' : '\u03c3'}(z<sub>${SYMBOLS[gate]}</sub>)`,
          )}
          <p>
            = ${number('squeezed', exact.gates[gate])} here in double precision; ${recorded.value === null ? 'the kernel wrote' : 'in single precision it is'}
            ${number('gate', kernel.gates[gate])}, a difference of
            ${formatDifference(Math.abs(kernel.gates[gate] - exact.gates[gate]))}.
          </p>
          <p class="field-hint">
            All four: ${GATES.map(({ key }) => html`<span class="cell-gate" data-gate=${key}>${SYMBOLS[key]} = ${number(`gate-${key}`, kernel.gates[key])}</span> `)}
          </p>
        </li>
        <li class="card">
          ${this.#head('c', html`c = f\u00b7c<sub>t\u22121</sub> + i\u00b7c\u0303`)}
          <p>
            = ${formatWeight(kernel.gates.f)} \u00b7 ${number('c-prev', kernel.cPrev)} + ${formatWeight(kernel.gates.i)} \u00b7
            ${formatWeight(kernel.gates.c)} = ${number('c', kernel.c)} (double precision: ${number('c-exact', exact.c)})
          </p>
        </li>
        <li class="card">
          ${this.#head('h', html`h = o\u00b7tanh(c)`)}
          <p>
            = ${formatWeight(kernel.gates.o)} \u00b7 tanh(${formatWeight(kernel.c)}) = ${number('h', kernel.h)} (double
            precision: ${number('h-exact', exact.h)})
          </p>
        </li>
        <li class="card">${this.#whatIfCard(kernel)}</li>
      </ol>
      <p class="field-hint" data-testid="cell-whose">
        Weights of epoch ${formatCount(shown.epoch)}, fingerprint ${shown.fingerprint}.
        ${
          recorded.value === null
            ? 'While training runs these numbers wait for its next pause.'
            : 'They are those of a recorded run; without a device, gates and states are worked out here in double precision and no kernel writes them.'
        }
      </p>
    `;
  }

  /** A quantity's formula; pointing at it or moving the focus to it marks its lines of WGSL. */
  #head(quantity: Quantity, formula: TemplateResult): TemplateResult {
    const light = (): void => {
      this.#lit.value = quantity;
    };
    return html`<button
      class="cell-formula"
      type="button"
      aria-describedby="cell-code-title"
      aria-pressed=${this.#lit.value === quantity ? 'true' : 'false'}
      data-testid="cell-formula-${quantity}"
      @pointerenter=${light}
      @focus=${light}
      @click=${light}
    >
      ${formula}
    </button>`;
  }

  #rest(rest: readonly Term[]): TemplateResult {
    return html`<p>
      ${
        this.#tableOpen.value
          ? nothing
          : html`The other ${formatCount(rest.length)} terms add up to ${number('rest', sumOf(rest))}.`
      }
      <button
        class="button button-small"
        type="button"
        data-testid="cell-all-terms"
        @click=${() => {
          this.#tableOpen.value = !this.#tableOpen.value;
        }}
      >
        ${this.#tableOpen.value ? 'Show the largest only' : 'Show all terms'}
      </button>
    </p>`;
  }

  #whatIfCard(kernel: CellNumbers): TemplateResult {
    const gates = { ...kernel.gates, ...this.#whatIf.value };
    const result = cellOf(kernel.cPrev, gates);
    const isSet = Object.keys(this.#whatIf.value).length > 0;
    return html`
      <p class="cell-formula-plain">What if?</p>
      <div class="cell-what-if">
        ${GATES.map(
          ({ key }) => html`<label class="cell-slider" data-gate=${key}>
            <span>${gateName(key)}</span>
            <input
              type="range"
              min=${key === 'c' ? -1 : 0}
              max="1"
              step="0.01"
              .value=${String(gates[key])}
              aria-valuetext=${formatWeight(gates[key])}
              data-testid="what-if-${key}"
              @input=${numberFrom((value) => {
                this.#whatIf.value = { ...this.#whatIf.value, [key]: value };
              })}
            /><span>${formatWeight(gates[key])}</span>
          </label>`,
        )}
      </div>
      <p aria-live="polite">
        c would be ${number('what-if-c', result.c)} and h ${number('what-if-h', result.h)}, of this step alone.
      </p>
      <button
        class="button button-small"
        type="button"
        data-testid="what-if-reset"
        ?disabled=${!isSet}
        @click=${() => {
          this.#whatIf.value = {};
        }}
      >
        Back to the network\u2019s gates
      </button>
    `;
  }

  #code(): TemplateResult {
    const quantity = this.#lit.value;
    return html`
      <div class="cell-code">
        <p id="cell-code-title" class="card-label">
          The WGSL that computes it, four units and four rows at a time; point at a formula to mark its lines
        </p>
        <pre tabindex="0" role="region" aria-labelledby="cell-code-title" data-testid="cell-code">${CELL_CODE.map(
          (line) =>
            html`<span data-lit=${quantity !== null && computes(line, quantity) ? 'true' : 'false'}>${line}\n</span>`,
        )}</pre>
      </div>
    `;
  }
}

/** A number in four digits, the whole of it in its title. */
function number(name: string, value: number): TemplateResult {
  return html`<data value=${value} title=${value} data-testid="cell-${name}">${formatWeight(value)}</data>`;
}

function termRow({ operand, row, value, weight, product }: Term): TemplateResult {
  const feature = model.value?.features[row] ?? String(row);
  const name = { x: feature, h: `h of unit ${row}, one step before`, b: 'bias' }[operand];
  return html`<tr data-operand=${operand} data-row=${row}>
    <th scope="row">${name}</th>
    <td title=${value}>${operand === 'b' ? '1' : formatWeight(value)}</td>
    <td title=${weight}>${formatWeight(weight)}</td>
    <td title=${product}>${formatWeight(product)}</td>
  </tr>`;
}

/** `t (newest)`, `t-3`; steps count from the oldest. */
function stepName(step: number, steps: number): string {
  const back = steps - 1 - step;
  return `${back === 0 ? 't, the newest row' : `t\u2212${back}`} (row ${step + 1} of ${steps})`;
}

function numberFrom(take: (value: number) => void): (event: Event) => void {
  return (event) => take(Number((event.target as HTMLInputElement).value));
}
