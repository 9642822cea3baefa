/** The large button of the first screen: trains from zero, and is where that is held and gone on with; or why it cannot. */
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { send } from '../app.ts';
import { formatCount } from '../format.ts';
import { trainingTime } from '../pace.ts';
import { SignalElement } from '../signal-element.ts';
import { canRun, device, run } from '../state.ts';
import { msg, str } from '../words.ts';
import { ICONS } from './icons.ts';
import { isHeadHidden, withoutGpu } from './without-gpu.ts';

export class Begin extends SignalElement {
  /** The focus goes on to what takes the place of the button that had it; one that can't be pressed yet can't have it. */
  protected override update(changed: PropertyValues): void {
    const hadFocus = this.contains(document.activeElement);
    super.update(changed);
    if (!hadFocus || this.contains(document.activeElement)) return;
    const next =
      this.querySelector<HTMLElement>('button:enabled') ?? this.querySelector<HTMLElement>('.begin');
    next?.focus();
  }

  protected override render(): TemplateResult | typeof nothing {
    const state = device.value;
    if (state.kind === 'none') return isHeadHidden() ? nothing : withoutGpu(state.problem);
    if (state.kind === 'lost') return nothing;
    const { phase, epoch, targetEpochs } = run.value;
    return html`
      <div class="begin" tabindex="-1">
        <button class="button button-main button-large" type="button" data-testid="begin" ?disabled=${!canRun.value} @click=${this.#press}>
          ${phase === 'training' ? ICONS.pause : ICONS.train}<span>${words()}</span>
        </button>
        <span class="field-hint" data-testid="begin-hint">
          ${isUntouched() ? msg('Watch the forecast bend towards what was observed.') : msg(str`Epoch ${formatCount(epoch)} of ${formatCount(targetEpochs)}`)}
        </span>
      </div>
    `;
  }

  /** What was trained before comes back with the page's own undo. */
  readonly #press = (): void => {
    const { phase } = run.value;
    if (phase === 'training') {
      send({ type: 'pause' });
      return;
    }
    if (!isOnTheWay() && !isUntouched()) send({ type: 'reset' });
    send({ type: 'train' });
  };
}

function isUntouched(): boolean {
  const { phase, epoch, step } = run.value;
  return phase === 'idle' && epoch === 0 && step === 0;
}

/** After a reload or an undo it is not said to be paused, and stands between two epochs all the same. */
function isOnTheWay(): boolean {
  const { phase } = run.value;
  return phase === 'paused' || (phase === 'idle' && !isUntouched());
}

function words(): string {
  const { phase, start } = run.value;
  if (phase === 'training') return msg('Pause');
  if (isOnTheWay()) return msg('Resume');
  const time = trainingTime.value;
  const what =
    start !== null
      ? msg(str`Train on from ${start}`)
      : isUntouched()
        ? msg('Train it from zero')
        : msg('Train it from zero again');
  return time === null ? what : msg(str`${what} (${time})`);
}
