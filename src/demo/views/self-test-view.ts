/** The self-test: a button that checks the kernels on this very device, and a report to copy into a message. */
import { signal } from '@preact/signals-core';
import { html, nothing, type TemplateResult } from 'lit';
import { version } from '../../../package.json';
import type { SelfTestResult } from '../../engine/self-test/index.ts';
import { client } from '../app.ts';
import { formatDifference } from '../format.ts';
import { reportJson, reportText, type SelfTestReport, selfTestReport } from '../self-test-report.ts';
import { SignalElement } from '../signal-element.ts';
import { device, run } from '../state.ts';
import { bonnet } from './bonnet-state.ts';
import { copyText } from './copy-text.ts';

interface Progress {
  readonly done: number;
  readonly count: number;
}

export class SelfTestView extends SignalElement {
  readonly #results = signal<readonly SelfTestResult[]>([]);
  /** Null while none runs. */
  readonly #progress = signal<Progress | null>(null);
  readonly #why = signal<string | null>(null);
  readonly #report = signal<SelfTestReport | null>(null);
  readonly #asJson = signal(false);
  readonly #said = signal('');

  protected override render(): TemplateResult {
    const progress = this.#progress.value;
    const can = device.value.kind === 'ready' && run.value.phase !== 'training' && progress === null;
    return html`
      <h3>Self-test on this device</h3>
      <p>
        Trains small networks on this device and compares what comes out with the same arithmetic in 64-bit floating
        point, worked out by the processor. A few seconds; the model above is not touched.
      </p>
      <div class="actions">
        <button class="button" type="button" data-testid="self-test" ?disabled=${!can} @click=${() => void this.#run()}>
          Test this device
        </button>
        ${
          progress === null
            ? nothing
            : html`<progress max=${progress.count} value=${progress.done} aria-label="Checks done"></progress>`
        }
        <span role="status" data-testid="self-test-state">${this.#state()}</span>
      </div>
      ${this.#why.value === null ? nothing : html`<p class="note note-bad" data-testid="self-test-why">${this.#why.value}</p>`}
      ${this.#results.value.length === 0 ? nothing : this.#table()} ${this.#copy()}
    `;
  }

  #state(): string {
    const progress = this.#progress.value;
    if (progress !== null)
      return progress.count === 0
        ? 'Loading the checks'
        : `${progress.done} of ${progress.count} checks done`;
    const report = this.#report.value;
    if (report === null) return '';
    return report.failed === 0
      ? `All ${report.passed} checks passed.`
      : `${report.failed} of ${report.results.length} checks failed.`;
  }

  async #run(): Promise<void> {
    this.#results.value = [];
    this.#report.value = null;
    this.#why.value = null;
    this.#said.value = '';
    this.#progress.value = { done: 0, count: 0 };
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
    if (device.value.kind !== 'ready' || bonnet.value === null) {
      this.#why.value =
        'The device went away during the test, so there is no report. Test again once there is one.';
      return;
    }
    this.#report.value = selfTestReport({
      version,
      date: new Date(),
      userAgent: navigator.userAgent,
      device: device.value.report,
      bonnet: bonnet.value,
      results: this.#results.value,
    });
  }

  #table(): TemplateResult {
    return html`
      <div class="table-region" tabindex="0" role="region" aria-label="Checks of the self-test">
        <table class="self-test-table" data-testid="self-test-table">
          <thead>
            <tr><th scope="col">check</th><th scope="col">result</th><th scope="col">measured</th><th scope="col">limit</th></tr>
          </thead>
          <tbody>
            ${this.#results.value.map(
              ({ name, measure, error, limit, passed, problem }) => html`<tr data-passed=${passed}>
                <th scope="row">${name}${problem === null ? nothing : html`<br /><span class="field-error">${problem}</span>`}</th>
                <td class="self-test-verdict">${passed ? 'passed' : 'failed'}</td>
                <td>${measure} ${formatDifference(error)}</td>
                <td>${formatDifference(limit)}</td>
              </tr>`,
            )}
          </tbody>
        </table>
      </div>
    `;
  }

  #copy(): TemplateResult | typeof nothing {
    const report = this.#report.value;
    if (report === null) return nothing;
    const text = this.#asJson.value ? reportJson(report) : reportText(report);
    return html`
      <details open>
        <summary>The report</summary>
        <pre class="bonnet-code" tabindex="0" role="region" aria-label="Report of the self-test" data-testid="self-test-report">${text}</pre>
      </details>
      <div class="actions">
        <button class="button button-small" type="button" data-testid="self-test-copy" @click=${() => void this.#say(false)}>Copy as text</button>
        <button class="button button-small" type="button" data-testid="self-test-json" @click=${() => void this.#say(true)}>Copy as JSON</button>
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
