/** The engine's sentences that the page's table holds are those of the engine, and are said in Chinese. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { DATA_WORDS } from '../../src/demo/engine-data-words.ts';
import { FILE_WORDS } from '../../src/demo/engine-file-words.ts';
import { DEVICE_WORDS } from '../../src/demo/engine-words.ts';
import { problemOf } from '../../src/demo/session/describe.ts';
import { english, say, type Told } from '../../src/demo/words.ts';
import { GatewiseError, requestGpu } from '../../src/engine/index.ts';
import { inChinese } from './in-chinese.ts';

const ENGINE = fileURLToPath(new URL('../../src/engine/', import.meta.url));
const ALL_WORDS = [...DEVICE_WORDS, ...DATA_WORDS, ...FILE_WORDS];
const piecesOf = (words: Told): readonly string[] => (typeof words === 'string' ? [words] : words.strings);

/** The pieces of each sentence`` in code. What stands in its gaps holds no other template. */
function sentencesIn(code: string): string[][] {
  return [...code.matchAll(/\bsentence`/g)].map(({ index }) => {
    const pieces = [''];
    for (let at = index + 'sentence`'.length; code[at] !== '`'; at++) {
      if (code.startsWith('${', at)) {
        at = endOfGap(code, at);
        pieces.push('');
      } else {
        pieces.push((pieces.pop() ?? '') + code[at] + (code[at] === '\\' ? code[++at] : ''));
      }
    }
    return pieces.map((piece): string => JSON.parse(`"${piece.replace(/(?<!\\)"/g, '\\"')}"`));
  });
}

function endOfGap(code: string, start: number): number {
  let at = start + 1;
  for (let depth = 1; depth > 0; ) {
    at += 1;
    depth += code[at] === '{' ? 1 : code[at] === '}' ? -1 : 0;
  }
  return at;
}

/** As the page says them where the command has an option. */
const inPage = (piece: string): string =>
  piece
    .replace('Give it with --architecture:', 'Open it together with its architecture:')
    .replace('Leave --architecture out, or give bare weights.', 'Open it alone.');

async function refusal(gpu: unknown): Promise<GatewiseError> {
  try {
    await requestGpu({ gpu: gpu as GPU });
  } catch (error) {
    if (error instanceof GatewiseError) return error;
  }
  throw new Error('The device was not refused.');
}

describe('what the engine says of a device', () => {
  inChinese();

  it('stands in the page\u2019s table, sentence by sentence', () => {
    const code = readdirSync(ENGINE, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts') && path !== join('core', 'errors.ts'))
      .map((path) => readFileSync(join(ENGINE, path), 'utf8'))
      .join('\n');
    const nouns = [...code.matchAll(/\bcounted\([^()]*(?:\([^()]*\))?[^()]*, '([^']+)'\)/g)].map(
      ([, noun]) => noun,
    );
    const counts = nouns.flatMap((noun) => [
      ['', ` ${noun}`],
      ['', ` ${noun}s`],
    ]);
    const own = [...sentencesIn(code), ...counts].map((pieces) => JSON.stringify(pieces.map(inPage)));

    expect([...new Set(ALL_WORDS.map(piecesOf).map((pieces) => JSON.stringify(pieces)))].sort()).toEqual(
      [...new Set(own)].sort(),
    );
  });

  it('is said in Chinese, with what the browser gave as the reason', async () => {
    const adapter = {
      limits: {},
      features: new Set(),
      requestDevice: () => Promise.reject(new Error('a reason of the browser')),
    };
    const error = await refusal({ requestAdapter: () => Promise.resolve(adapter) });
    const { code, message } = problemOf(error, 'device');

    expect(code).toBe('device-refused');
    expect(error.message).toBe(
      'The GPU adapter was found but gave no device (a reason of the browser). Close other pages that use the GPU, then try again.',
    );
    expect(english(message)).toBe(error.message);
    expect(say(message)).toMatch(/^\p{Script=Han}.*a reason of the browser/u);
    expect(ALL_WORDS.filter((words) => say(words) === english(words))).toEqual([]);
  });

  it('is the engine\u2019s own English where the table has nothing', () => {
    const { message } = problemOf(new GatewiseError('bad-input', 'Received 0 rows.'), 'data');
    expect(say(message)).toBe('Received 0 rows.');
  });
});
