/** The self-test: a button that checks the kernels on this very device, and a report to copy into a message. */

import { signal } from '@preact/signals-core';
import { html, nothing, type TemplateResult } from 'lit';
import { version } from '../../../package.json';
import type { SelfTestResult } from '../../engine/self-test/index.ts';
import { client } from '../app.ts';
import type { SelfTestReport } from '../self-test-report.ts';
import { SignalElement } from '../signal-element.ts';
import { device, run } from '../state.ts';
import { msg, say, str, type Told, told } from '../words.ts';
import { bonnet } from './bonnet-state.ts';
import { copyText } from './copy-text.ts';

const foundModule = () => import('./self-test-found.ts');

interface Progress {
  readonly done: number;
  readonly count: number;
}

export class SelfTestView extends SignalElement {
  readonly #results = signal<readonly SelfTestResult[]>([]);
  /** Null while none runs. */
  readonly #progress = signal<Progress | null>(null);
  readonly #why = signal<Told | null>(null);
  readonly #found = signal<Awaited<ReturnType<typeof foundModule>> | null>(null);
  readonly #report = signal<SelfTestReport | null>(null);
  readonly #asJson = signal(false);
  readonly #said = signal('');

  protected override render(): TemplateResult {
    const progress = this.#progress.value;
    const can = device.value.kind === 'ready' && run.value.phase !== 'training' && progress === null;
    return html`
      <h3>${msg('Self-test on this device')}</h3>
      <p>
        ${msg('Trains small networks on this device and compares what comes out with the same arithmetic in 64-bit floating point, worked out by the processor. A few seconds; the model above is not touched.')}
      </p>
      <div class="actions">
        <button class="button" type="button" data-testid="self-test" ?disabled=${!can} @click=${() => void this.#run()}>
          ${msg('Test this device')}
        </button>
        ${
          progress === null
            ? nothing
            : html`<progress max=${progress.count} value=${progress.done} aria-label=${msg('Checks done')}></progress>`
        }
        <span role="status" data-testid="self-test-state">${this.#state()}</span>
      </div>
      ${this.#why.value === null ? nothing : html`<p class="note note-bad" data-testid="self-test-why">${say(this.#why.value)}</p>`}
      ${this.#results.value.length === 0 ? nothing : this.#found.value?.checksTable(this.#results.value)} ${this.#copy()}
    `;
  }

  #state(): string {
    const progress = this.#progress.value;
    if (progress !== null)
      return progress.count === 0
        ? msg('Loading the checks')
        : msg(str`${progress.done} of ${progress.count} checks done`);
    const report = this.#report.value;
    if (report === null) return '';
    return report.failed === 0
      ? msg(str`All ${report.passed} checks passed.`)
      : msg(str`${report.failed} of ${report.results.length} checks failed.`);
  }

  async #run(): Promise<void> {
    this.#results.value = [];
    this.#report.value = null;
    this.#why.value = null;
    this.#said.value = '';
    this.#progress.value = { done: 0, count: 0 };
    this.#found.value = await foundModule().catch(() => null);
    if (this.#found.value === null) {
      this.#progress.value = null;
      this.#why.value = told('The self-test could not be loaded; press again once there is a connection.');
      return;
    }
    for (let check = 0; ; check++) {
      const answer = await client.ask({ type: 'self-test', check });
      if (answer.type !== 'self-tested') break;
      if (answer.answer.type === 'none') {
        this.#why.value = answer.answer.why;
        break;
      }
      const { result, count } = answer.answer;
      if (result === null) {
        this.#finish();
        break;
      }
      this.#results.value = [...this.#results.value, result];
      this.#progress.value = { done: check + 1, count };
    }
    this.#progress.value = null;
  }

  #finish(): void {
    const found = this.#found.value;
    if (device.value.kind !== 'ready' || bonnet.value === null || found === null) {
      this.#why.value = told(
        'The device went away during the test, so there is no report. Test again once there is one.',
      );
      return;
    }
    this.#report.value = found.selfTestReport({
      version,
      date: new Date(),
      userAgent: navigator.userAgent,
      device: device.value.report,
      bonnet: bonnet.value,
      results: this.#results.value,
    });
  }

  #copy(): TemplateResult | typeof nothing {
    const [report, found] = [this.#report.value, this.#found.value];
    if (report === null || found === null) return nothing;
    const text = this.#asJson.value ? found.reportJson(report) : found.reportText(report);
    return html`
      <details open>
        <summary>${msg('The report')}</summary>
        <pre class="bonnet-code" tabindex="0" role="region" aria-label=${msg('Report of the self-test')} data-testid="self-test-report">${text}</pre>
      </details>
      <div class="actions">
        <button class="button button-small" type="button" data-testid="self-test-copy" @click=${() => void this.#say(false)}>${msg('Copy as text')}</button>
        <button class="button button-small" type="button" data-testid="self-test-json" @click=${() => void this.#say(true)}>${msg('Copy as JSON')}</button>
        <span role="status">${this.#said.value}</span>
      </div>
    `;
  }

  /** What is copied is also what is shown, so that it can be copied by hand where the clipboard is closed. */
  async #say(asJson: boolean): Promise<void> {
    this.#asJson.value = asJson;
    await this.updateComplete;
    const shown = this.querySelector('[data-testid=self-test-report]');
    this.#said.value = await copyText(shown?.textContent ?? '', shown);
  }
}
