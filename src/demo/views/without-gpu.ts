/** That there is no GPU, in two lines: why, what to do and what is shown meanwhile open below them. */
import { html, nothing, type TemplateResult } from 'lit';
import type { ErrorCode } from '../../engine/index.ts';
import { hiddenParts } from '../address.ts';
import { retry as tryAgain } from '../app.ts';
import type { Problem } from '../protocol.ts';
import { recorded, whyNoRun } from '../state.ts';
import { msg, say } from '../words.ts';
import { langOf } from './spoken.ts';

const WHY: Partial<Record<ErrorCode, string>> = {
  get 'insecure-page'() {
    return msg('This page was not opened over a secure connection');
  },
  get 'no-webgpu'() {
    return msg('This browser offers no WebGPU');
  },
  get 'no-adapter'() {
    return msg('WebGPU is there, but found no graphics adapter');
  },
  get 'device-refused'() {
    return msg('The graphics adapter refused to give a device');
  },
  get internal() {
    return msg('The part of the page that trains did not start');
  },
};

const ADVICE: Partial<Record<ErrorCode, readonly string[]>> = {
  get 'insecure-page'() {
    return [msg('Open the page over https, or on this computer at http://localhost:5173.')];
  },
  get 'no-webgpu'() {
    return [
      msg('Use a recent Chrome or Edge on a computer or an Android phone, or Safari 26 or newer.'),
      msg('In Firefox, WebGPU may need to be switched on: dom.webgpu.enabled in about:config.'),
    ];
  },
  get 'no-adapter'() {
    return [
      msg(
        'In Chrome, open chrome://gpu and look at the line WebGPU; turn on graphics acceleration in the settings under System.',
      ),
      msg(
        'Without a graphics card, start Chrome with --enable-unsafe-webgpu --use-webgpu-adapter=swiftshader for its software adapter.',
      ),
    ];
  },
  get 'device-refused'() {
    return [
      msg(
        'Close other pages that use the GPU, then try again. A restart of the browser helps after a driver crash.',
      ),
    ];
  },
};

/** Whether a link hides the place where it is said, which is that of the button that trains. */
export function isHeadHidden(): boolean {
  return hiddenParts.value.some((part) => part === 'top' || part === 'controls');
}

export function withoutGpu(reason: Problem): TemplateResult {
  return html`
    <div class="note without" role="status" data-testid="no-gpu-notice">
      <div class="note-row">
        <h2>${msg(html`${WHY[reason.code] ?? msg('The graphics device could not be used')}, so training is off`)}</h2>
        ${retry(msg('Try again'))}
      </div>
      <details>
        <summary>${msg('What to do, and what works meanwhile')}</summary>
        <p lang=${langOf(reason.message)}>${say(reason.message)}</p>
        <ul>
          ${(ADVICE[reason.code] ?? []).map((advice) => html`<li>${advice}</li>`)}
        </ul>
        ${standIn()}
      </details>
    </div>
  `;
}

export function retry(word: string): TemplateResult {
  return html`<button class="button" type="button" data-testid="retry" @click=${tryAgain}>${word}</button>`;
}

/** What is shown meanwhile. */
export function standIn(): TemplateResult | typeof nothing {
  if (recorded.value !== null) {
    return html`<p data-testid="stand-in">
      ${msg('Until then you see a recorded run: its weights, forecast, gates, states and gradients, similar days, what the lag lab measures without training, and the same weights with other windows, all worked out on the processor with the float64 reference; model files can be read, compared, written and asked for forecasts. What needs a device: training, the studies that train networks, the epochs that were not recorded, changing weights, the 3D view, step times, the self-test, and holding model files against known numbers.')}
    </p>`;
  }
  if (whyNoRun.value === null) return nothing;
  return html`<p data-testid="stand-in">${msg(html`${say(whyNoRun.value)} The data and the plain forecasts to beat are shown.`)}</p>`;
}
