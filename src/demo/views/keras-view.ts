/** Keras and verify: where model files are dropped, what is wrong with them, and, once one is open, the report on it. */

import { html, nothing, type TemplateResult } from 'lit';
import { doing, fileProblem, opened, openModels } from '../keras/state.ts';
import { SignalElement } from '../signal-element.ts';
import { msg } from '../words.ts';
import { ICONS } from './icons.ts';
import { PROBLEM_ID, problemPart } from './keras-problem.ts';

export class KerasView extends SignalElement {
  #shown: ReturnType<typeof fileProblem.peek> = null;

  protected override render(): TemplateResult {
    if (opened.value !== null) {
      // The report, with all it draws, comes with the first file.
      void import('./keras-report.ts').then(({ defineReport }) => defineReport());
    }
    return html`
      <div class="drop-zone" data-testid="keras-zone" @dragover=${dragOver} @dragleave=${dragLeave} @drop=${drop}>
        <div class="actions">
          <label class="button">
            ${ICONS.file}<span>${msg('Open model files')}</span>
            <input
              class="visually-hidden"
              type="file"
              multiple
              data-testid="keras-input"
              aria-describedby=${fileProblem.value?.part === 'open' ? `keras-hint ${PROBLEM_ID}` : 'keras-hint'}
              aria-invalid=${fileProblem.value?.part === 'open' ? 'true' : 'false'}
              @change=${pick}
            />
          </label>
          <span id="keras-hint" class="field-hint">
            ${msg('or drop them here: .keras, .h5, .npz, .json, .safetensors, .onnx; a TF.js model.json with its .bin files; an architecture with its weights; or two models to compare. At most 128 MiB.')}
          </span>
        </div>
        <p role="status" class="drop-status" data-testid="keras-working">${doing('open')}</p>
        ${problemPart('open')}
      </div>
      ${opened.value === null ? nothing : html`<gw-keras-report></gw-keras-report>`}
    `;
  }

  /** Focus goes to the sentence when it comes, wherever in the panel it stands. */
  protected override updated(): void {
    const current = fileProblem.peek();
    if (current !== null && current !== this.#shown) {
      focusWhenDrawn(PROBLEM_ID);
    }
    this.#shown = current;
  }
}

/** Frames that views may take to draw in turns. */
const MOST_FRAMES = 60;

function focusWhenDrawn(id: string, frames = MOST_FRAMES): void {
  requestAnimationFrame(() => {
    const element = document.getElementById(id);
    if (element !== null) element.focus();
    else if (frames > 0) focusWhenDrawn(id, frames - 1);
  });
}

function pick(event: Event): void {
  const input = event.target as HTMLInputElement;
  const files = [...(input.files ?? [])];
  // The same file can be chosen again after it was mended.
  input.value = '';
  if (files.length > 0) void openModels(files);
}

function drop(event: DragEvent): void {
  event.preventDefault();
  // The page's own drop, which looks what kind of file it is, has nothing to decide here.
  event.stopPropagation();
  dragLeave(event);
  const files = [...(event.dataTransfer?.files ?? [])];
  if (files.length > 0) void openModels(files);
}

function dragOver(event: DragEvent): void {
  event.preventDefault();
  (event.currentTarget as HTMLElement).dataset.over = 'true';
}

function dragLeave(event: DragEvent): void {
  (event.currentTarget as HTMLElement).dataset.over = 'false';
}
