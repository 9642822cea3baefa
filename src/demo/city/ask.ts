/**
 * The one place where this page asks another server: Open-Meteo, for places of a name and for a place's weather, and
 * only when a visitor presses the button. What comes is bounded in size and time; why nothing came is one sentence.
 */

import { GatewiseError, HOURLY_VARIABLES, type Place, parseReason } from '../../engine/index.ts';
import { msg, str } from '../words.ts';

const PLACES = 'https://geocoding-api.open-meteo.com/v1/search';
const WEATHER = 'https://archive-api.open-meteo.com/v1/archive';

/** Five years are about 2 MB. */
const MOST_BYTES = 16 * 1024 * 1024;
const PATIENCE_MS = 20_000;
const instead = (): string => msg('You can open a CSV instead.');

/** @throws GatewiseError in one sentence; 'aborted' where `cancel` fired */
export function askPlaces(name: string, cancel: AbortSignal): Promise<Uint8Array> {
  return ask(PLACES, { name, count: '5', language: 'en', format: 'json' }, cancel);
}

/**
 * Hourly weather of whole years, in UTC.
 * @throws as askPlaces()
 */
export function askWeather(
  { latitude, longitude }: Place,
  [from, to]: readonly [number, number],
  cancel: AbortSignal,
): Promise<Uint8Array> {
  const wanted = {
    latitude: String(latitude),
    longitude: String(longitude),
    start_date: `${from}-01-01`,
    end_date: `${to}-12-31`,
    hourly: HOURLY_VARIABLES.join(','),
    timezone: 'UTC',
  };
  return ask(WEATHER, wanted, cancel);
}

async function ask(
  address: string,
  wanted: Readonly<Record<string, string>>,
  cancel: AbortSignal,
): Promise<Uint8Array> {
  const late = AbortSignal.timeout(PATIENCE_MS);
  try {
    const response = await fetch(`${address}?${new URLSearchParams(wanted)}`, {
      signal: AbortSignal.any([late, cancel]),
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      redirect: 'error',
    });
    const bytes = await readBounded(response);
    if (!response.ok) throw refusal(response.status, new TextDecoder().decode(bytes));
    return bytes;
  } catch (error) {
    if (error instanceof GatewiseError) throw error;
    if (cancel.aborted) throw new GatewiseError('aborted', msg('Asking Open-Meteo was cancelled.'));
    throw new GatewiseError(
      'bad-input',
      late.aborted
        ? msg(
            str`Open-Meteo did not answer within ${PATIENCE_MS / 1000} seconds. Try again later. ${instead()}`,
          )
        : msg(
            str`Open-Meteo could not be reached: this computer may be offline, or something in between blocks ${new URL(address).host}. ${instead()}`,
          ),
    );
  }
}

async function readBounded({ body }: Response): Promise<Uint8Array> {
  const reader = body?.getReader();
  const parts: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done = true, value } = (await reader?.read()) ?? {};
    if (done || value === undefined) break;
    size += value.byteLength;
    if (size > MOST_BYTES) {
      await reader?.cancel();
      throw new GatewiseError(
        'bad-input',
        msg(
          str`Open-Meteo\u2019s answer has more than ${MOST_BYTES / 1024 / 1024} MiB, the most this page reads. Ask for fewer years. ${instead()}`,
        ),
      );
    }
    parts.push(value);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
}

function refusal(status: number, text: string): GatewiseError {
  const reason = parseReason(text);
  const said = reason === null ? '' : msg(str` It says: ${reason.replace(/\.$/, '')}.`);
  const why =
    status === 429
      ? msg(
          'takes no more requests from here for now (429); its free service is limited. Try again in an hour.',
        )
      : status === 400
        ? msg('refuses what was asked (400).')
        : msg(str`answered with an error (${status}). Try again later.`);
  return new GatewiseError('bad-input', msg(str`Open-Meteo ${why}${said} ${instead()}`));
}
