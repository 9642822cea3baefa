/** The recurrent layers of a model file, each tensor cut by gate: a picture, its slice as code, norm and range; and every number in a table. */

import { signal } from '@preact/signals-core';
import { html, nothing, type TemplateResult } from 'lit';
import type { InspectedGate } from '../../engine/keras/index.ts';
import { niceScale, rampGradient, rampStops } from '../draw/ramp.ts';
import { formatShape, formatWeight } from '../format.ts';
import { type Slice, type SlicedTensor, slicedTensors, sliceImage } from '../keras/gate-tensors.ts';
import type { OpenedFile } from '../keras/jobs.ts';
import { SignalElement } from '../signal-element.ts';
import { msg, str } from '../words.ts';
import { currentTheme } from './badge.ts';
import { gateName, gateWord } from './gate-words.ts';
import { numbersTable } from './keras-numbers.ts';

const LEAST_PICTURE = 14;
const TALLEST_PICTURE = 240;

export class KerasGates extends SignalElement {
  static override properties = { file: { attribute: false } };
  declare file: OpenedFile;

  #tensors: readonly SlicedTensor[] = [];
  readonly #open = signal(false);
  readonly #path = signal('');
  readonly #gate = signal(0);

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (changed.has('file')) {
      this.#tensors = slicedTensors(this.file);
      this.#path.value = this.#tensors[0]?.tensor.path ?? '';
      this.#gate.value = 0;
    }
  }

  protected override render(): TemplateResult {
    const gated = this.#tensors.filter(({ tensor }) => tensor.gates.length > 0);
    const stops = rampStops(currentTheme());
    const scale = this.#scale(gated);
    return html`
      ${
        gated.length === 0
          ? html`<p class="card-text">${msg('No layer of this file keeps gates side by side.')}</p>`
          : html`<div class="ramp">
              <span>\u2212${formatWeight(scale)}</span>
              <span class="ramp-colours" style="background:${rampGradient(stops)}"></span>
              <span>+${formatWeight(scale)}</span>
              <span class="ramp-zero">0</span>
            </div>`
      }
      ${gated.map((one) => this.#tensor(one))}
      <details data-testid="keras-numbers" @toggle=${this.#toggle}>
        <summary>${msg('Show the numbers as a table')}</summary>
        ${
          this.#open.value
            ? numbersTable(this.#tensors, this.#path.value, this.#gate.value, (path, gate) => {
                this.#path.value = path;
                this.#gate.value = gate;
              })
            : nothing
        }
      </details>
    `;
  }

  protected override updated(): void {
    const gated = this.#tensors.filter(({ tensor }) => tensor.gates.length > 0);
    const stops = rampStops(currentTheme());
    const scale = this.#scale(gated);
    const canvases = [...this.querySelectorAll('canvas')];
    for (const tensor of gated) {
      for (const slice of tensor.slices) {
        const canvas = canvases.shift();
        if (canvas === undefined) return;
        const { width, height, pixels } = sliceImage(tensor, slice, scale, stops);
        if (width === 0 || height === 0) continue;
        canvas.width = width;
        canvas.height = height;
        canvas.getContext('2d')?.putImageData(new ImageData(pixels, width, height), 0, 0);
      }
    }
  }

  /** One scale for all of them, so that colours can be compared. */
  #scale(tensors: readonly SlicedTensor[]): number {
    const largest = tensors.flatMap(({ tensor }) => [Math.abs(tensor.min), Math.abs(tensor.max)]);
    return niceScale(Math.max(0, ...largest.filter(Number.isFinite)));
  }

  #tensor(one: SlicedTensor): TemplateResult {
    const { tensor, slices } = one;
    return html`
      <div class="keras-tensor" data-testid="keras-tensor" data-path=${tensor.path}>
        <h4><code>${tensor.path}</code> <span class="field-hint">${formatShape(tensor.shape)}</span></h4>
        <div class="keras-slices" data-count=${slices.length}>
          ${slices.map((slice) => (slice.gate === null ? nothing : this.#slice(one, slice, slice.gate)))}
        </div>
      </div>
    `;
  }

  #slice({ tensor }: SlicedTensor, { rows, columns }: Slice, gate: InspectedGate): TemplateResult {
    const height = Math.max(LEAST_PICTURE, Math.min(TALLEST_PICTURE, rows * LEAST_PICTURE));
    return html`
      <figure class="keras-slice" data-gate=${gate.gate}>
        <figcaption class="keras-slice-name" data-gate=${gate.gate}>
          <span class="gate-letter">${gate.gate}</span><span class="gate-word">${gateWord(gate.gate)}</span>
          <code>${gate.slice}</code>
        </figcaption>
        <canvas
          role="img"
          aria-label=${msg(str`${tensor.path}, ${gateName(gate.gate)}: ${rows} by ${columns} numbers in colours`)}
          style="height:${height}px"
        ></canvas>
        <p class="field-hint">${msg(html`norm ${formatWeight(gate.norm)}, ${formatWeight(gate.min)} to ${formatWeight(gate.max)}`)}</p>
      </figure>
    `;
  }

  readonly #toggle = (event: Event): void => {
    this.#open.value = (event.target as HTMLDetailsElement).open;
  };
}
