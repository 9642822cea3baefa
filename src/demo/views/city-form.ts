/**
 * "Your city": a place by its name, years, and the button that asks Open-Meteo. Nothing is asked before a button is
 * pressed, and beside it stands whom it asks and what that server learns.
 */

import { signal } from '@preact/signals-core';
import { html, nothing, type TemplateResult } from 'lit';
import { GatewiseError, type Place, parsePlaces } from '../../engine/index.ts';
import { client } from '../app.ts';
import { askPlaces, askWeather } from '../city/ask.ts';
import { FIRST_YEAR, lastYear, MOST_YEARS, readYears } from '../city/years.ts';
import { formatPlural } from '../format.ts';
import { SignalElement } from '../signal-element.ts';
import { msg, str } from '../words.ts';

type Step = 'name' | 'years';

/** Years chosen at first: enough for a season to be seen more than once. */
const YEARS_AT_FIRST = 2;

export class CityForm extends SignalElement {
  readonly #places = signal<readonly Place[] | null>(null);
  readonly #asking = signal<string | null>(null);
  readonly #error = signal<{ readonly at: Step; readonly message: string } | null>(null);
  #cancel = new AbortController();

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#cancel.abort();
  }

  protected override render(): TemplateResult {
    const places = this.#places.value;
    return html`
      <div class="city" data-testid="city">
        <p class="card-text">
          ${msg('The buttons ask servers of Open-Meteo, geocoding-api.open-meteo.com for places and archive-api.open-meteo.com for weather. They learn your IP address, the name you typed, and the place and years you choose; nothing else leaves this computer, and nothing before you press.')}
        </p>
        <form novalidate @submit=${this.#find}>
          <div class="preset-row">
            <div class="field">
              <label for="city-name">${msg('Place')}</label>
              <input
                id="city-name"
                name="name"
                type="text"
                maxlength="80"
                autocomplete="off"
                data-testid="city-name"
                aria-invalid=${this.#error.value?.at === 'name' ? 'true' : 'false'}
                aria-describedby="city-name-error"
              />
            </div>
            <button class="button" type="submit" data-testid="city-find">${msg('Find places')}</button>
          </div>
          ${this.#problem('name')}
        </form>
        ${places === null ? nothing : places.length === 0 ? this.#none() : this.#choice(places)}
        <p class="field-hint" role="status" data-testid="city-status">${this.#status()}</p>
        ${
          this.#asking.value === null
            ? nothing
            : html`<button class="button button-small" type="button" data-testid="city-cancel" @click=${this.#stop}>
                ${msg('Cancel')}
              </button>`
        }
      </div>
    `;
  }

  #status(): string {
    const places = this.#places.value;
    const found = places === null ? '' : msg(str`${formatPlural(places.length, 'place')} found.`);
    return this.#asking.value ?? found;
  }

  #none(): TemplateResult {
    return html`<p class="card-text" data-testid="city-none">
      ${msg('Open-Meteo knows no place of that name. Try another spelling, or a larger place near by.')}
    </p>`;
  }

  #choice(places: readonly Place[]): TemplateResult {
    const last = lastYear();
    return html`
      <form novalidate @submit=${this.#load}>
        <fieldset class="city-places">
          <legend>${msg('Which one?')}</legend>
          ${places.map(
            (place, index) => html`<label class="choice">
              <input type="radio" name="place" value=${index} .checked=${index === 0} />
              <span>${place.name} <span class="field-hint">${coordinates(place)}</span></span>
            </label>`,
          )}
        </fieldset>
        <div class="preset-row">
          ${this.#year('from', msg('From year'), last - YEARS_AT_FIRST + 1)} ${this.#year('to', msg('To year'), last)}
          <button class="button button-main" type="submit" data-testid="city-load">${msg('Get the weather')}</button>
        </div>
        <p class="field-hint">
          ${msg(html`Whole years from ${FIRST_YEAR} to ${last}, at most ${MOST_YEARS}: 8,760 hours each. What is open stays open until the weather is here.`)}
        </p>
        ${this.#problem('years')}
      </form>
    `;
  }

  #year(name: 'from' | 'to', label: string, value: number): TemplateResult {
    return html`
      <div class="field city-year">
        <label for="city-${name}">${label}</label>
        <input
          id="city-${name}"
          name=${name}
          type="text"
          inputmode="numeric"
          maxlength="4"
          autocomplete="off"
          value=${value}
          data-testid="city-${name}"
          aria-invalid=${this.#error.value?.at === 'years' ? 'true' : 'false'}
          aria-describedby="city-years-error"
        />
      </div>
    `;
  }

  #problem(at: Step): TemplateResult {
    const error = this.#error.value;
    return html`<p class="field-error" id="city-${at}-error" role="alert" data-testid="city-${at}-error">
      ${error?.at === at ? error.message : ''}
    </p>`;
  }

  readonly #find = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const name = String(form.get('name') ?? '').trim();
    this.#places.value = null;
    if (name.length < 2) {
      this.#error.value = { at: 'name', message: msg('Place: expected a name of at least two letters.') };
      return;
    }
    void this.#ask(
      'name',
      msg(str`Asking Open-Meteo for places called \u201c${name}\u201d`),
      async (cancel) => {
        const answer = await askPlaces(name, cancel);
        this.#places.value = parsePlaces(new TextDecoder().decode(answer));
      },
    );
  };

  readonly #load = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const place = this.#places.value?.[Number(form.get('place'))];
    const read = readYears(String(form.get('from') ?? ''), String(form.get('to') ?? ''), lastYear());
    if (place === undefined || 'error' in read) {
      this.#error.value = { at: 'years', message: 'error' in read ? read.error : msg('Choose a place.') };
      return;
    }
    const [from, to] = read.years;
    const span = from === to ? String(from) : `${from}\u2013${to}`;
    void this.#ask(
      'years',
      msg(str`Asking Open-Meteo for the weather of ${place.name}, ${span}`),
      async (cancel) => {
        const answer = await askWeather(place, read.years, cancel);
        const name = msg(str`${place.name}, hourly weather ${span}`);
        client.send({ type: 'use-city', name, answer }, [answer.buffer as ArrayBuffer]);
      },
    );
  };

  readonly #stop = (): void => this.#cancel.abort();

  /** One question at a time, the latest; what went wrong is said at its step. */
  async #ask(at: Step, words: string, task: (cancel: AbortSignal) => Promise<void>): Promise<void> {
    this.#cancel.abort();
    const cancel = new AbortController();
    this.#cancel = cancel;
    this.#error.value = null;
    this.#asking.value = words;
    try {
      await task(cancel.signal);
    } catch (error) {
      if (!(error instanceof GatewiseError)) throw error;
      if (error.code !== 'aborted') this.#error.value = { at, message: error.message };
    } finally {
      if (this.#cancel === cancel) this.#asking.value = null;
    }
  }
}

/** Such as `38.72° N, 9.13° W`. */
function coordinates({ latitude, longitude }: Place): string {
  const part = (degrees: number, [positive, negative]: readonly [string, string]): string =>
    `${Math.abs(degrees).toFixed(2)}\u00b0\u00a0${degrees < 0 ? negative : positive}`;
  return `${part(latitude, ['N', 'S'])}, ${part(longitude, ['E', 'W'])}`;
}
