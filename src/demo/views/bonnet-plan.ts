/** The dispatches of a training step as a table, with their times once they were measured, and what the times are worth. */

import { html, nothing, type TemplateResult } from 'lit';
import type { DispatchGroup } from '../../engine/index.ts';
import { formatCount } from '../format.ts';
import { kernelWords } from '../kernel-words.ts';
import type { BonnetReport, ProfileAnswer } from '../protocol.ts';
import { commonStep, formatTime, type Readings, summarizeReadings } from '../readings.ts';
import { msg, say, str } from '../words.ts';

/** A clock that steps less than this is not called rounded, ns. */
const FINE = 1000;

type Profile = Extract<ProfileAnswer, { type: 'profiled' }>;

export function planTable(plan: readonly DispatchGroup[], profile: ProfileAnswer | null): TemplateResult {
  const timed = profile?.type === 'profiled' && hasParts(profile) ? profile : null;
  return html`
    <div class="table-region" tabindex="0" role="region" aria-label=${msg('Dispatches of a training step')}>
      <table class="bonnet-plan" data-testid="bonnet-plan">
        <thead>
          <tr>
            <th scope="col">${msg('kernel')}</th><th scope="col">${msg('dispatches')}</th><th scope="col">${msg('workgroups each')}</th>
            ${timed === null ? nothing : html`<th scope="col">${msg('median')}</th><th scope="col">${msg('quartiles')}</th><th scope="col">${msg('mean')}</th>`}
            <th scope="col">${msg('what it does')}</th>
          </tr>
        </thead>
        <tbody>
          ${plan.map(
            ({ kernel, dispatches, workgroups }, k) => html`<tr>
              <th scope="row"><code>${kernel}</code></th>
              <td>${formatCount(dispatches)}</td>
              <td>${workgroups.join(' \u00d7 ')}</td>
              ${timed === null ? nothing : times(summarizeReadings(timed.parts[k]?.nanoseconds ?? []))}
              <td class="bonnet-words">${kernelWords(kernel)}</td>
            </tr>`,
          )}
        </tbody>
      </table>
    </div>
  `;
}

function times(readings: Readings | null): TemplateResult {
  if (readings === null) return html`<td colspan="3">${msg('not measured')}</td>`;
  const { median, low, high, mean } = readings;
  return html`<td>${formatTime(median)}</td><td>${msg(html`${formatTime(low)} to ${formatTime(high)}`)}</td><td>${formatTime(mean)}</td>`;
}

const hasParts = ({ parts }: Profile): boolean => parts.some(({ nanoseconds }) => nanoseconds.length > 0);

/** How long a whole step took, and how far the times of its parts can be believed. */
export function stepTime(
  profile: ProfileAnswer | null,
  { batchSize }: BonnetReport,
  isSoftware: boolean,
): TemplateResult | typeof nothing {
  if (profile === null) return nothing;
  if (profile.type === 'none') return html`<p class="note">${say(profile.why)}</p>`;
  const whole = summarizeReadings(profile.stepNanoseconds);
  if (whole === null) return nothing;
  return html`
    <p data-testid="bonnet-whole">
      ${msg(html`One step of ${formatCount(batchSize)} windows, alone in a submission and with the way there and back: median ${formatTime(whole.median)}, quartiles ${formatTime(whole.low)} to ${formatTime(whole.high)}, in ${formatCount(profile.stepNanoseconds.length)} runs after one to warm up.`)}
    </p>
    ${notes(profile, isSoftware).map((note) => html`<p class="field-hint" data-testid="bonnet-time-note">${note}</p>`)}
  `;
}

function notes(profile: Profile, isSoftware: boolean): string[] {
  const readings = profile.parts.flatMap(({ nanoseconds }) => nanoseconds);
  if (readings.length === 0) {
    return [msg('This device has no timestamp queries, so single dispatches cannot be timed here.')];
  }
  const step = commonStep(readings);
  const runs = profile.parts[0]?.nanoseconds.length ?? 0;
  return [
    msg(
      str`Times in the table are between two timestamps of the device\u2019s own clock, ${formatCount(runs)} runs, each dispatch in a pass of its own.`,
    ),
    ...(step > FINE
      ? [
          msg(
            str`All readings are whole multiples of ${formatTime(step)}: the browser rounds them. The mean of many runs is then nearer to the truth than the median.`,
          ),
        ]
      : []),
    ...(isSoftware
      ? [
          msg(
            'This is a software adapter: the times are those of the processor, shared with everything else that runs on it, and say little about a graphics card.',
          ),
        ]
      : []),
  ];
}
