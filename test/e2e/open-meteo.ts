/**
 * A stand-in for Open-Meteo on this computer, which answers in the documented form or badly, and the redirection of the
 * page's requests to it. Nothing of these tests leaves the computer.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'puppeteer';

const HOUR = 3_600_000;
/** Bytes of an answer that does not end. */
const PIECE = 'x'.repeat(1024 * 1024);

export type Mood = 'well' | 'refuses' | 'busy' | 'broken' | 'silent' | 'endless' | 'short' | 'hangs-up';

const PLACES = {
  results: [
    {
      id: 2267057,
      name: 'Lisbon',
      latitude: 38.71667,
      longitude: -9.13333,
      country: 'Portugal',
      admin1: 'Lisbon',
    },
    {
      id: 5234567,
      name: 'Lisbon',
      latitude: 44.0315,
      longitude: -70.1045,
      country: 'United States',
      admin1: 'Maine',
    },
  ],
  generationtime_ms: 0.7,
};

/** A year's temperature by the hour: a yearly and a daily wave, and something between that no wave tells. */
export function temperatureAt(hour: number): number | null {
  if (hour % 1000 === 500) return null;
  const wave = 15 - 8 * Math.cos((2 * Math.PI * hour) / 8766) - 4 * Math.cos((2 * Math.PI * (hour - 3)) / 24);
  return Math.round(10 * (wave + 2 * Math.sin(hour / 17) * Math.sin(hour / 5.3))) / 10;
}

function weather(query: URLSearchParams): unknown {
  const first = Date.parse(`${query.get('start_date')}T00:00Z`);
  const last = Date.parse(`${query.get('end_date')}T23:00Z`);
  const hours = Array.from({ length: (last - first) / HOUR + 1 }, (_, hour) => hour);
  const units = {
    temperature_2m: '°C',
    relative_humidity_2m: '%',
    surface_pressure: 'hPa',
    wind_speed_10m: 'km/h',
    precipitation: 'mm',
  };
  const other = (scale: number) =>
    hours.map((hour) => Math.round(10 * (scale + Math.sin(hour / scale))) / 10);
  return {
    latitude: Number(query.get('latitude')),
    longitude: Number(query.get('longitude')),
    utc_offset_seconds: 0,
    timezone: 'GMT',
    elevation: 56,
    hourly_units: { time: 'iso8601', ...units },
    hourly: {
      time: hours.map((hour) => new Date(first + hour * HOUR).toISOString().slice(0, 16)),
      temperature_2m: hours.map(temperatureAt),
      relative_humidity_2m: other(61),
      surface_pressure: other(1009),
      wind_speed_10m: other(13),
      precipitation: other(3),
    },
  };
}

export class StandIn {
  mood: Mood = 'well';
  /** What was asked for, as host, path and query. */
  readonly asked: URL[] = [];
  readonly #server = createServer((request, response) => this.#answer(request, response));

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** From now on the page's requests to Open-Meteo come here; all others go where they wanted to. */
  async takeRequests(page: Page): Promise<void> {
    const { port } = this.#server.address() as AddressInfo;
    // Only these are held: Puppeteer's own interception would also stop the requests of the page's workers.
    const session = await page.createCDPSession();
    session.on('Fetch.requestPaused', ({ requestId, request }) => {
      const url = new URL(request.url);
      this.asked.push(url);
      const here = `http://127.0.0.1:${port}${url.pathname}${url.search}`;
      // A page that is closed meanwhile waits for no answer.
      session.send('Fetch.continueRequest', { requestId, url: here }).catch(() => undefined);
    });
    await session.send('Fetch.enable', { patterns: [{ urlPattern: '*://*.open-meteo.com/*' }] });
  }

  #answer({ url = '' }: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(url, 'http://stand-in');
    const send = (status: number, body: unknown): void => {
      response.writeHead(status, { 'access-control-allow-origin': '*', 'content-type': 'application/json' });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    };
    switch (this.mood) {
      case 'refuses':
        send(400, { error: true, reason: "Parameter 'start_date' is out of allowed range" });
        break;
      case 'busy':
        send(429, {
          error: true,
          reason: 'Hourly API request limit exceeded. Please try again in the next hour.',
        });
        break;
      case 'broken':
        send(200, '<html>Welcome to the hotel network</html>');
        break;
      case 'hangs-up':
        response.destroy();
        break;
      case 'silent':
        break;
      case 'endless':
        response.writeHead(200, { 'access-control-allow-origin': '*' });
        pour(response);
        break;
      case 'short': {
        const answer = weather(searchParams) as { hourly: { precipitation: number[] } };
        answer.hourly.precipitation.pop();
        send(200, answer);
        break;
      }
      default:
        if (pathname !== '/v1/search') send(200, weather(searchParams));
        else send(200, searchParams.get('name') === 'Nowhere' ? { generationtime_ms: 0.1 } : PLACES);
    }
  }
}

/** Writes until the other side has had enough. */
function pour(response: ServerResponse): void {
  while (!response.destroyed) {
    if (!response.write(PIECE)) {
      response.once('drain', () => pour(response));
      return;
    }
  }
}
