/** What went wrong and what to do: a lost GPU, a refused file, a training that ran away; and no GPU, where the page has no head to say so in. */

import { html, nothing, type TemplateResult } from 'lit';
import { SignalElement } from '../signal-element.ts';
import { busy, clearProblem, data, device, problem, resumed, run } from '../state.ts';
import { msg, say, str } from '../words.ts';
import { langOf } from './spoken.ts';
import { isHeadHidden, retry, standIn, withoutGpu } from './without-gpu.ts';

export class Notice extends SignalElement {
  protected override render(): TemplateResult {
    return html`${this.#device()}${this.#problem()}${this.#unloaded()}${this.#resumed()}${this.#busy()}`;
  }

  #resumed(): TemplateResult | typeof nothing {
    const again = resumed.value;
    if (again === null) return nothing;
    const what =
      again.epoch > 0
        ? msg(str`the training of before the reload stands again, as it was after epoch ${again.epoch}`)
        : msg('the settings of before the reload stand again');
    return html`
      <div class="note" role="status" data-testid="resumed">
        <div class="note-row">
          <p>${msg(html`${again.name}: ${what}. Reset begins it anew.`)}</p>
          <button
            class="button button-small"
            type="button"
            data-testid="resumed-dismiss"
            @click=${() => {
              resumed.value = null;
            }}
          >
            ${msg('Dismiss')}
          </button>
        </div>
      </div>
    `;
  }

  #device(): TemplateResult | typeof nothing {
    const state = device.value;
    if (state.kind === 'none') {
      return isHeadHidden() ? withoutGpu(state.problem) : nothing;
    }
    if (state.kind !== 'lost') {
      return nothing;
    }
    const kept =
      state.epochKept > 0
        ? msg(
            str`The weights of epoch ${state.epochKept} and the history are kept. Training can go on from there.`,
          )
        : msg(
            str`No epoch was finished yet, so training starts from ${run.value.start ?? msg('the seed')} again.`,
          );
    return html`
      <div class="note note-bad" role="alert" data-testid="lost-notice">
        <div class="note-row">
          <div>
            <h2>${msg('The GPU was lost')}</h2>
            <p lang=${langOf(state.problem.message)}>${say(state.problem.message)}</p>
            <p>${kept}</p>
            ${standIn()}
          </div>
          ${retry(msg('Get the GPU back'))}
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
          <p lang=${langOf(current.message)}>${say(current.message)}</p>
          ${current.place === 'data' && data.value === null ? retry(msg('Try again')) : nothing}
          <button class="button button-small" type="button" @click=${() => clearProblem()}>${msg('Dismiss')}</button>
        </div>
      </div>
    `;
  }

  /** Whatever else was told or dismissed since. Without a device, series and device are asked for together. */
  #unloaded(): TemplateResult | typeof nothing {
    const isMissing = device.value.kind === 'ready' && data.value === null && busy.value === null;
    if (!isMissing || problem.value?.place === 'data') return nothing;
    return html`<div class="note note-bad" data-testid="unloaded"><div class="note-row">
      <p>${msg('The data could not be loaded.')}</p>
      ${retry(msg('Try again'))}
    </div></div>`;
  }

  #busy(): TemplateResult | typeof nothing {
    // While the page starts it shows the recorded run, and moves nothing for a moment's message.
    return busy.value === null || device.value.kind === 'starting'
      ? nothing
      : html`<p class="note" data-testid="busy">${say(busy.value)}</p>`;
  }
}
