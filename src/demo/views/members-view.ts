/** How far off the forecast may be: networks of other seeds beside the one shown, their mean, and the interval around it. */
import { effect, signal, untracked } from '@preact/signals-core';
import { html, nothing, type TemplateResult } from 'lit';
import type { MembersReport } from '../answer-reports.ts';
import { client, send } from '../app.ts';
import { formatCount, formatErrorIn, formatPlural, formatSkill } from '../format.ts';
import { fewerThanChance } from '../members-promise.ts';
import type { DataReport } from '../protocol.ts';
import { SignalElement } from '../signal-element.ts';
import { canRun, data, device, forecast, members, membersShare, model } from '../state.ts';
import { msg, say, str } from '../words.ts';
import { besideHint } from './beside-hint.ts';

/** True once they were asked for before there was a network to take the settings of. */
const isWaiting = signal(false);
/** True where other data or settings came while they were trained. */
const isOvertaken = signal(false);
let isStopAsked = false;

export class MembersView extends SignalElement {
  #stop: (() => void) | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stop = effect(() => {
      if (!isWaiting.value) return;
      if (isWithoutDevice()) isWaiting.value = false;
      else if (canRun.value) untracked(() => void begin());
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop?.();
  }

  protected override render(): TemplateResult {
    const share = membersShare.value;
    const found = members.value;
    const report = data.value;
    return html`
      <h3>${msg('How far off may it be?')}</h3>
      <p>
        ${msg('One line says nothing of how sure it is. Here eight networks of these settings, from seeds in a row, are trained side by side. Their mean is a forecast too, and how far off it was on the later half of the validation part, which had no say in anything, tells how far off it may be.')}
      </p>
      <div class="actions members-actions">
        ${
          share === null && !isWaiting.value
            ? html`<button
                class="button"
                type="button"
                data-testid="members-begin"
                ?disabled=${isWithoutDevice()}
                @click=${begin}
              >
                ${msg('Train eight for an interval')}
              </button>`
            : html`<button
                class="button"
                type="button"
                data-testid="members-stop"
                @click=${stop}
              >
                ${msg('Stop')}
              </button>`
        }
        ${besideHint()}
      </div>
      ${share === null ? nothing : html`<progress max="1" .value=${share} aria-label=${msg('How far the training of eight is')}></progress>`}
      <p role="status" data-testid="members-state">
        ${stateWords(report) ?? nothing}
      </p>
      ${found?.type === 'none' ? html`<p class="note" data-testid="members-why">${say(found.why)}</p>` : nothing}
      ${found?.type === 'members' && report !== null ? this.#more(found, report) : nothing}
    `;
  }

  #more(found: MembersReport, report: DataReport): TemplateResult {
    const { unit } = report;
    const own = forecast.value;
    const beside =
      own === null ? '' : msg(str` The network above is wrong by ${formatErrorIn(own.scores.mae, unit)}.`);
    return html`
      <p data-testid="members-mean">
        ${msg(
          str`The mean of ${formatPlural(found.networks, 'network')}, seeds ${formatCount(found.seed)} and up, is wrong by ${formatErrorIn(found.scores.mae, unit)} on average, skill ${formatSkill(found.skill)}.${beside} A single one lies ${formatErrorIn(found.apart, unit)} from that mean: so much is the seed\u2019s doing.`,
        )}
      </p>
      <p class="field-hint">
        ${msg('The band is drawn around the mean, the dashed line in it, not around the line of one network. It keeps its promise only as far as days to come are like those; that is why the test part is counted.')}
        ${promiseWords(found)}
      </p>
    `;
  }
}

/** What the interval is, and what it held. */
function intervalWords(
  { share, halfWidth, seenOn, inside, mean }: MembersReport,
  { unit }: DataReport,
): string {
  const held = ((100 * inside) / mean.length).toFixed(1);
  return msg(
    str`The interval reaches ${formatErrorIn(halfWidth, unit)} up and down: so far off at most were ${share * 100}\u00a0% of the errors on the last ${formatPlural(seenOn, 'window')} of the validation part. Of the test part, ${formatCount(inside)} of ${formatPlural(mean.length, 'window')} lie inside, ${held}\u00a0%.`,
  );
}

/** Where the test part shows that the promise was not kept. */
function promiseWords({ share, inside, mean }: MembersReport): string {
  return fewerThanChance(inside, mean.length, share)
    ? msg(
        'Fewer lie inside than was promised, by more than chance alone would do: the test part is harder to forecast than the days on which the width was found.',
      )
    : '';
}

const isWithoutDevice = (): boolean => device.value.kind === 'none' || device.value.kind === 'lost';

function stateWords(report: DataReport | null): string | null {
  const found = members.value;
  if (membersShare.value !== null) return msg('Eight networks are being trained.');
  if (isWaiting.value) return msg('The network is not ready yet. Eight are trained as soon as it is.');
  if (isOvertaken.value) return msg('Other data or settings came before it was done; nothing of it is kept.');
  if (found?.type === 'stopped') return msg('Stopped before it was done; nothing of it is kept.');
  return found?.type === 'members' && report !== null ? intervalWords(found, report) : null;
}

/** Trains them, now or as soon as there is a network whose settings they take. */
async function begin(): Promise<void> {
  if (membersShare.value !== null) return;
  isOvertaken.value = false;
  isStopAsked = false;
  isWaiting.value = !canRun.value;
  if (isWaiting.value) return;
  const built = model.value;
  members.value = null;
  membersShare.value = 0;
  const answer = await client.ask({ type: 'train-members' });
  membersShare.value = null;
  if (answer.type !== 'members') return;
  // The session ends what is of other data or settings, and may say so before it says what these are.
  const isEnded = answer.answer.type === 'stopped' && !isStopAsked;
  if (isEnded || built !== model.value) isOvertaken.value = true;
  else members.value = answer.answer;
}

function stop(): void {
  isWaiting.value = false;
  isStopAsked = true;
  send({ type: 'stop-lags', task: 'members' });
}
