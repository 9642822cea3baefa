/** What a self-test found: its checks as a table, and the report. Downloaded with the first test. */
import { html, nothing, type TemplateResult } from 'lit';
import type { SelfTestResult } from '../../engine/self-test/index.ts';
import { formatDifference } from '../format.ts';
import { msg } from '../words.ts';

export { reportJson, reportText, selfTestReport } from '../self-test-report.ts';

export function checksTable(results: readonly SelfTestResult[]): TemplateResult {
  return html`
    <div class="table-region" tabindex="0" role="region" aria-label=${msg('Checks of the self-test')}>
      <table class="self-test-table" data-testid="self-test-table">
        <thead>
          <tr><th scope="col">${msg('check')}</th><th scope="col">${msg('result')}</th><th scope="col">${msg('measured')}</th><th scope="col">${msg('limit')}</th></tr>
        </thead>
        <tbody>
          ${results.map(
            ({ name, measure, error, limit, passed, problem }) => html`<tr data-passed=${passed}>
              <th scope="row" lang="en">${name}${problem === null ? nothing : html`<br /><span class="field-error">${problem}</span>`}</th>
              <td class="self-test-verdict">${passed ? msg('passed') : msg('failed')}</td>
              <td><span lang="en">${measure}</span> ${formatDifference(error)}</td>
              <td>${formatDifference(limit)}</td>
            </tr>`,
          )}
        </tbody>
      </table>
    </div>
  `;
}
