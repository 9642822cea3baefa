/**
 * The README's library examples, run as they are printed: joined in order, with the text of the bundled series as
 * `text`. Garbage is collected meanwhile: in Node a GPU object nobody holds takes Dawn down with it.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';

const ROOT = new URL('../../', import.meta.url);
const SERIES = new URL('node_modules/vega-datasets/data/seattle-weather.csv', ROOT);

interface Story {
  readonly history: { readonly loss: readonly number[] };
  readonly kernel: { readonly shape: readonly number[] };
  readonly recurrentKernel: { readonly shape: readonly number[] };
  readonly own: { readonly mae: number };
  readonly plain: { readonly persistence: { readonly scores: readonly { readonly mae: number }[] } };
  readonly spread: readonly { readonly shape: readonly number[] }[];
  readonly file: Uint8Array;
}

function printedExamples(): string {
  const readme = readFileSync(new URL('README.md', ROOT), 'utf8');
  const blocks = [...readme.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map((match) => match[1] ?? '');
  return blocks
    .join('\n')
    .replaceAll(/from 'gatewise'/g, "from '../src/engine/index.ts'")
    .replaceAll(/from 'gatewise\/keras'/g, "from '../src/engine/keras/index.ts'");
}

describe('the README', () => {
  it('prints library examples that run, train and write a file', async () => {
    const story = `declare const text: string;\n${printedExamples()}\nexport { bias, file, history, kernel, own, plain, recurrentKernel, spread };\n`;
    const path = new URL('test-output/readme-examples.ts', ROOT);
    mkdirSync(new URL('.', path), { recursive: true });
    writeFileSync(path, story);
    Object.assign(globalThis, { text: readFileSync(SERIES, 'utf8') });
    setFlagsFromString('--expose-gc');
    const collect = setInterval(runInNewContext('gc') as () => void, 50);

    const ran = (await import(path.href)) as Story;
    clearInterval(collect);

    expect(ran.kernel.shape).toEqual([6, 128]);
    expect(ran.recurrentKernel.shape).toEqual([32, 128]);
    expect(ran.history.loss).toHaveLength(5);
    expect(ran.history.loss[4]).toBeLessThan((ran.history.loss[0] as number) / 2);
    expect(ran.own.mae).toBeLessThan(2 * (ran.plain.persistence.scores[0]?.mae ?? 0));
    expect(ran.spread.map(({ shape }) => shape[1])).toEqual(Array(8).fill(1));
    expect(new TextDecoder().decode(ran.file.subarray(0, 2))).toBe('PK');
  });
});
