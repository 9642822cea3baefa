/** What went wrong and what to do: no GPU, a lost GPU, a refused file, a training that ran away. */
import { html, nothing, type TemplateResult } from 'lit';
import type { ErrorCode } from '../../engine/index.ts';
import { send } from '../app.ts';
import type { Problem } from '../protocol.ts';
import { SignalElement } from '../signal-element.ts';
import { busy, clearProblem, device, problem, recorded, resumed, run, whyNoRun } from '../state.ts';

const WHY: Partial<Record<ErrorCode, string>> = {
  'insecure-page': 'This page was not opened over a secure connection',
  'no-webgpu': 'This browser offers no WebGPU',
  'no-adapter': 'WebGPU is there, but found no graphics adapter',
  'device-refused': 'The graphics adapter refused to give a device',
};

const ADVICE: Partial<Record<ErrorCode, readonly string[]>> = {
  'insecure-page': ['Open the page over https, or on this computer at http://localhost:5173.'],
  'no-webgpu': [
    'Use a recent Chrome or Edge on a computer or an Android phone, or Safari 26 or newer.',
    'In Firefox, WebGPU may need to be switched on: dom.webgpu.enabled in about:config.',
  ],
  'no-adapter': [
    'In Chrome, open chrome://gpu and look at the line WebGPU; turn on graphics acceleration in the settings under System.',
    'Without a graphics card, start Chrome with --enable-unsafe-webgpu --use-webgpu-adapter=swiftshader for its software adapter.',
  ],
  'device-refused': [
    'Close other pages that use the GPU, then try again. A restart of the browser helps after a driver crash.',
  ],
};

export class Notice extends SignalElement {
  protected override render(): TemplateResult {
    return html`${this.#device()}${this.#problem()}${this.#resumed()}${this.#busy()}`;
  }

  #resumed(): TemplateResult | typeof nothing {
    const again = resumed.value;
    if (again === null) return nothing;
    const what =
      again.epoch > 0
        ? `the training of before the reload stands again, as it was after epoch ${again.epoch}`
        : 'the settings of before the reload stand again';
    return html`
      <div class="note" role="status" data-testid="resumed">
        <div class="note-row">
          <p>${again.name}: ${what}. Reset begins it anew.</p>
          <button
            class="button button-small"
            type="button"
            data-testid="resumed-dismiss"
            @click=${() => {
              resumed.value = null;
            }}
          >
            Dismiss
          </button>
        </div>
      </div>
    `;
  }

  #device(): TemplateResult | typeof nothing {
    const state = device.value;
    if (state.kind === 'none') {
      return this.#withoutGpu(state.problem);
    }
    if (state.kind !== 'lost') {
      return nothing;
    }
    const kept =
      state.epochKept > 0
        ? `The weights of epoch ${state.epochKept} and the history are kept. Training can go on from there.`
        : `No epoch was finished yet, so training starts from ${run.value.start ?? 'the seed'} again.`;
    return html`
      <div class="note note-bad" role="alert" data-testid="lost-notice">
        <div class="note-row">
          <div>
            <h2>The GPU was lost</h2>
            <p>${state.problem.message}</p>
            <p>${kept}</p>
            ${standIn()}
          </div>
          ${this.#retry('Get the GPU back')}
        </div>
      </div>
    `;
  }

  #withoutGpu(reason: Problem): TemplateResult {
    return html`
      <div class="note" role="status" data-testid="no-gpu-notice">
        <div class="note-row">
          <div>
            <h2>${WHY[reason.code] ?? 'The graphics device could not be used'}, so training is off</h2>
            <p>${reason.message}</p>
            <ul>
              ${(ADVICE[reason.code] ?? []).map((advice) => html`<li>${advice}</li>`)}
            </ul>
            ${standIn()}
          </div>
          ${this.#retry('Try again')}
        </div>
      </div>
    `;
  }

  #problem(): TemplateResult | typeof nothing {
    const current = problem.value;
    // What is wrong with a model file is said beside it.
    if (current === null || current.place === 'keras') {
      return nothing;
    }
    return html`
      <div class="note note-bad" role="alert" data-testid="problem">
        <div class="note-row">
          <p>${current.message}</p>
          <button class="button button-small" type="button" @click=${() => clearProblem()}>Dismiss</button>
        </div>
      </div>
    `;
  }

  #busy(): TemplateResult | typeof nothing {
    // While the page starts it shows the recorded run, and moves nothing for a moment's message.
    return busy.value === null || device.value.kind === 'starting'
      ? nothing
      : html`<p class="note" data-testid="busy">${busy.value}</p>`;
  }

  #retry(word: string): TemplateResult {
    return html`<button class="button" type="button" data-testid="retry" @click=${() => send({ type: 'retry' })}>${word}</button>`;
  }
}

/** What is shown meanwhile. */
function standIn(): TemplateResult | typeof nothing {
  if (recorded.value !== null) {
    return html`<p data-testid="stand-in">
      Until then you see a recorded run: its weights, its forecast, its gates and states and the same weights with other
      windows, worked out here without a graphics device; model files can be read, compared and written. What needs a
      device: training, gradients, earlier epochs, changing weights, similar days, forecasts of model files, step times and the
      self-test.
    </p>`;
  }
  if (whyNoRun.value === null) return nothing;
  return html`<p data-testid="stand-in">${whyNoRun.value} The data and the plain forecasts to beat are shown.</p>`;
}
