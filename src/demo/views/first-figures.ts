/**
 * What became of the first figures: the page opens with the recorded run, and once there is a device a new, untrained network
 * stands in its place, with a larger error. Said beside that error until something is trained or changed.
 */
import { html, nothing, type TemplateResult } from 'lit';
import { canRun, data, forecast, recorded, run, undoable } from '../state.ts';
import { msg, str } from '../words.ts';

/** @param recordedError the recorded run's as the page's own HTML had it; null where it had none */
export function firstFigures(recordedError: string | null): TemplateResult | typeof nothing {
  const { phase, epoch, step, start, isEdited } = run.value;
  const isNew = phase === 'idle' && epoch === 0 && step === 0 && start === null && !isEdited;
  const isUntouched = undoable.value.undo === null && undoable.value.redo === null;
  const isSeen = canRun.value && recorded.value === null && forecast.value !== null;
  if (recordedError === null || !isNew || !isUntouched || !isSeen || data.value?.preset !== 'seattle')
    return nothing;
  return html`<p class="recorded-label" data-testid="first-figures">
    ${msg(str`The recorded run you saw first was wrong by ${recordedError}. It has given way to a network of your own, on this device and not trained yet.`)}
  </p>`;
}
