/** Under the bonnet: the device, what a training step dispatches on it and how long that takes, memory, and the kernels' code. */

import { effect, signal, untracked } from '@preact/signals-core';
import { html, nothing, type TemplateResult } from 'lit';
import { client } from '../app.ts';
import { formatCount, formatPlural } from '../format.ts';
import { type OfflineState, offline } from '../offline/offline.ts';
import type { BonnetReport, ProfileAnswer } from '../protocol.ts';
import { formatBytes } from '../readings.ts';
import { defineElement, SignalElement } from '../signal-element.ts';
import { canRun, device, model, run } from '../state.ts';
import { msg, str } from '../words.ts';
import { planTable, stepTime } from './bonnet-plan.ts';
import { bonnet } from './bonnet-state.ts';
import { SelfTestView } from './self-test-view.ts';

const OFFLINE_WORDS: Readonly<Record<OfflineState, string>> = {
  get unavailable() {
    return msg(
      'This page is not kept for offline use here: that takes a built page over https, and a browser that allows it.',
    );
  },
  get 'saving-data'() {
    return msg('Your browser asks pages to save data, so the page is not kept for offline use.');
  },
  get storing() {
    return msg('The page is being kept for offline use; about 11 MB, most of it for HDF5 files.');
  },
  get ready() {
    return msg(
      'Ready for offline use: every file of this page is kept in this browser. A new version is taken once all tabs of the page were closed.',
    );
  },
  get failed() {
    return msg('The page could not be kept for offline use; the next visit tries again.');
  },
};

export class BonnetView extends SignalElement {
  readonly #profile = signal<ProfileAnswer | null>(null);
  readonly #working = signal(false);
  #stop: (() => void) | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stop = effect(() => {
      const stands = canRun.value && model.value !== null && run.value.phase !== 'training';
      untracked(() => {
        if (stands) void this.#read();
        else if (!canRun.value) bonnet.value = null;
      });
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop?.();
  }

  protected override render(): TemplateResult {
    const report = bonnet.value;
    return html`
      <p data-testid="offline-state">${OFFLINE_WORDS[offline.value]}</p>
      ${
        report === null
          ? html`<p class="placeholder">${msg('The device, the plan and the kernels appear here once the network is ready on a graphics device.')}</p>`
          : html`${deviceFacts(report)} ${this.#step(report)} ${kernelCode(report)}`
      }
      <gw-self-test></gw-self-test>
    `;
  }

  /** What is shown of an earlier model goes: its plan is not this one's. */
  async #read(): Promise<void> {
    const asked = model.value;
    const answer = await client.ask({ type: 'read-bonnet' });
    if (answer.type !== 'bonnet' || model.value !== asked) return;
    const before = bonnet.value;
    bonnet.value = answer.bonnet;
    if (JSON.stringify(before?.plan) !== JSON.stringify(answer.bonnet?.plan)) this.#profile.value = null;
  }

  #step(report: BonnetReport): TemplateResult {
    const profile = this.#profile.value;
    const dispatches = report.plan.reduce((sum, part) => sum + part.dispatches, 0);
    const bytes = report.memory.reduce((sum, part) => sum + part.bytes, 0);
    const stands = canRun.value && run.value.phase !== 'training' && !this.#working.value;
    return html`
      <h3>${msg('One training step')}</h3>
      <p data-testid="bonnet-step">
        ${msg(html`A batch of ${formatPlural(report.batchSize, 'window')} takes ${formatPlural(dispatches, 'dispatch')}, submitted together; nothing is read back in between.`)}
      </p>
      ${planTable(report.plan, profile)}
      <div class="actions">
        <button class="button" type="button" data-testid="bonnet-time" ?disabled=${!stands} @click=${() => void this.#time()}>
          ${this.#working.value ? msg('Timing') : msg('Time a step')}
        </button>
        <span role="status">${this.#working.value ? msg('Running steps on a copy of the model.') : ''}</span>
      </div>
      <div aria-live="polite" data-testid="bonnet-times">${stepTime(profile, report, isSoftware())}</div>
      <p data-testid="bonnet-memory">
        ${msg(html`On the device now: ${formatBytes(bytes)} in buffers (${report.memory.map(({ owner, bytes: own }) => `${owner} ${formatBytes(own)}`).join(', ')}).`)}
      </p>
    `;
  }

  async #time(): Promise<void> {
    this.#working.value = true;
    const asked = model.value;
    const answer = await client.ask({ type: 'profile' });
    this.#working.value = false;
    if (answer.type === 'step-profile' && model.value === asked) this.#profile.value = answer.profile;
  }
}

const isSoftware = (): boolean => device.value.kind === 'ready' && device.value.report.isSoftware;

function deviceFacts({
  vendor,
  architecture,
  features,
  limits,
}: BonnetReport): TemplateResult | typeof nothing {
  if (device.value.kind !== 'ready') return nothing;
  const { label, thread } = device.value.report;
  const told = [vendor, architecture].filter((one) => one !== '').join(', ');
  return html`
    <h3>${msg('This device')}</h3>
    <dl class="bonnet-facts" data-testid="bonnet-device">
      <div><dt>${msg('adapter')}</dt><dd>${label}</dd></div>
      <div><dt>${msg('kind')}</dt><dd>${isSoftware() ? msg('software: right numbers, slow') : msg('graphics hardware')}</dd></div>
      <div><dt>${msg('vendor, architecture')}</dt><dd>${told === '' ? msg('not told by the browser') : told}</dd></div>
      <div><dt>${msg('thread')}</dt><dd>${thread === 'worker' ? msg('a worker') : msg('the page\u2019s own')}</dd></div>
      <div><dt>${msg('features')}</dt><dd>${features.length === 0 ? msg('none asked for') : features.join(', ')}</dd></div>
    </dl>
    <details>
      <summary>${msg('Limits that matter here')}</summary>
      <dl class="bonnet-facts" data-testid="bonnet-limits">
        ${limits.map(({ name, value }) => html`<div><dt><code>${name}</code></dt><dd>${formatCount(value)}</dd></div>`)}
      </dl>
    </details>
  `;
}

function kernelCode({ kernels, plan }: BonnetReport): TemplateResult {
  const inStep = new Set(plan.map(({ kernel }) => kernel));
  const ordered = [...kernels].sort((a, b) => Number(inStep.has(b.name)) - Number(inStep.has(a.name)));
  return html`
    <h3>${msg('The kernels, as the device got them')}</h3>
    <p class="field-hint">
      ${msg(html`The very strings given to <code>createShaderModule</code>, of every kernel compiled on this device so far. Sizes come in as <code>override</code> constants.`)}
    </p>
    ${ordered.map(
      ({ name, code }) => html`
        <details class="bonnet-kernel" data-testid="kernel-${name}">
          <summary><code>${name}</code>, ${formatPlural(code.split('\n').length, 'line')}${inStep.has(name) ? msg(', in the step above') : ''}</summary>
          <pre class="bonnet-code" tabindex="0" role="region" aria-label=${msg(str`WGSL of ${name}`)}>${code}</pre>
        </details>
      `,
    )}
  `;
}

defineElement('gw-self-test', SelfTestView);
