/** "What if?": gates set by hand, and what c and h of this step would become. */

import { signal } from '@preact/signals-core';
import { html, type TemplateResult } from 'lit';
import { GATES, type GateKey } from '../../engine/index.ts';
import { type CellValues, whatIf } from '../cell-values.ts';
import { formatWeight } from '../format.ts';
import { msg } from '../words.ts';
import { number } from './cell-math.ts';
import { gateName } from './gate-words.ts';

/** What the visitor set a gate to instead of its own value. */
const changed = signal<Partial<Record<GateKey, number>>>({});

export function whatIfCard(values: CellValues): TemplateResult {
  const own = (key: GateKey): number => changed.value[key] ?? values[`gate-${key}`];
  const gates = { i: own('i'), f: own('f'), c: own('c'), o: own('o') };
  const { c, h } = whatIf(values, gates);
  const isSet = Object.keys(changed.value).length > 0;
  return html`
    <p class="cell-formula-plain">${msg('What if?')}</p>
    <div class="cell-what-if">
      ${GATES.map(
        ({ key }) => html`<label class="cell-slider" data-gate=${key}>
          <span>${gateName(key)}</span>
          <input
            type="range"
            min=${key === 'c' ? -1 : 0}
            max="1"
            step="0.01"
            .value=${String(gates[key])}
            aria-valuetext=${formatWeight(gates[key])}
            data-testid="what-if-${key}"
            @input=${(event: Event) => {
              changed.value = { ...changed.value, [key]: Number((event.target as HTMLInputElement).value) };
            }}
          /><span>${formatWeight(gates[key])}</span>
        </label>`,
      )}
    </div>
    <p aria-live="polite">
      ${msg(html`c would be ${number('what-if-c', c)} and h ${number('what-if-h', h)}, of this step alone.`)}
    </p>
    <button
      class="button button-small"
      type="button"
      data-testid="what-if-reset"
      ?disabled=${!isSet}
      @click=${() => {
        changed.value = {};
      }}
    >
      ${msg('Back to the network\u2019s gates')}
    </button>
  `;
}
