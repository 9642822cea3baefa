/** A training's result beside the one pinned for its preset, so that thirty laptops can be held to one number. */

import { html, nothing, type TemplateResult } from 'lit';
import { formatCount } from '../format.ts';
import { SignalElement } from '../signal-element.ts';
import { data, forecast, history, keepBest, recipe, recorded, run, weights } from '../state.ts';
import file from '../teaching/pinned.json';
import {
  allowanceOf,
  compared,
  isAtEnd,
  type PinnedFile,
  type PinnedResult,
  pinnedFor,
  roundingWords,
  type Trained,
} from '../teaching/pinned.ts';
import { msg } from '../words.ts';

const PINNED: PinnedFile = file;

export class PinnedView extends SignalElement {
  protected override render(): TemplateResult {
    if (recorded.value !== null)
      return html`<p class="field-hint" data-testid="pinned">
        ${msg('What stands on the page is a recorded run, not a training of this device: there is nothing of your own to compare.')}
      </p>`;
    const trained = standing();
    const pinned = trained === null ? null : pinnedFor(trained, PINNED);
    if (trained === null || pinned === null)
      return html`<p class="field-hint" data-testid="pinned">
        ${msg('There is a recorded result for each ready series with the settings it brings, seed 1, the best epoch kept, and nothing changed by hand.')}
      </p>`;
    const { unit } = trained.data;
    const found = isAtEnd(trained) ? compared(trained, pinned) : null;
    return html`
      <p data-testid="pinned" data-verdict=${found?.verdict ?? nothing}>
        ${found?.words ?? msg('Train to the end, and your result stands here beside the recorded one.')}
      </p>
      <p class="field-hint" data-testid="pinned-tolerance">
        ${toleranceWords(pinned, unit)}
      </p>
    `;
  }
}

/** What rounding is allowed, what was measured of it, and what of it is assumed. */
function toleranceWords(pinned: PinnedResult, unit: string): TemplateResult {
  const { allowed, isAssumed } = allowanceOf(pinned);
  const measured = msg(
    html`The same training was done ${formatCount(PINNED.nudges)} times more on the recording device, each time with one first weight moved by its last binary place: the error moved by at most ${roundingWords(pinned.spread, unit)}.`,
  );
  const [most, other] = [roundingWords(allowed, unit), msg('Other devices were not measured.')];
  return isAssumed
    ? msg(
        html`${measured} Four times that is less than a thousandth of the error, so a thousandth, ${most}, is allowed: an assumption, since about a thousand steps follow each other and sums of float32 keep about six digits. ${other}`,
      )
    : msg(html`${measured} Four times that, ${most}, is allowed. ${other}`);
}

/** Null before all of it is known. */
function standing(): Trained | null {
  const [report, shown, print] = [data.value, forecast.value, weights.value?.fingerprint];
  if (report === null || shown === null || print === undefined) return null;
  return {
    data: report,
    run: run.value,
    recipe: recipe.value,
    keepBest: keepBest.value,
    forecast: shown,
    bestEpoch: history.value.bestEpoch,
    fingerprint: print,
  };
}
