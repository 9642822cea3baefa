/** The one table of the page's words: it has every sentence of the code and of index.html, each with its Chinese. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { staticText } from '../../tools/text/static-text.mjs';
import { localizer, namesOf } from '../../tools/text/table.mjs';

const read = (path: string): string =>
  readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');
const HTML = read('src/demo/index.html');

describe('the table of the page\u2019s words', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatewise-words-'));
  const table = localizer(folder);
  const { messages, errors } = table.extractSourceMessages();

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('has the Chinese of every sentence, with the same gaps, and of no other', () => {
    const translated = namesOf(table);
    const names = new Set(messages.map(({ name }) => name));

    expect(errors.map(({ messageText }) => messageText)).toEqual([]);
    expect(messages.length).toBeGreaterThan(900);
    expect(messages.filter(({ name }) => !translated.has(name)).map(({ contents }) => contents)).toEqual([]);
    expect([...translated].filter((name) => !names.has(name))).toEqual([]);
    expect(table.validateTranslations().errors).toEqual([]);
  });

  it('is what the module that the page downloads was made of', async () => {
    await table.build();
    expect(readFileSync(join(folder, 'zh-CN.ts'), 'utf8')).toBe(read('src/demo/locales/zh-CN.ts'));
  });
});

describe('the sentences of index.html', () => {
  it('are cut where text stands directly in an element, spaces joined and characters by themselves', () => {
    const { pieces, strings } = staticText(`<title>Open &amp; up</title><body>
      <nav aria-label="Parts"><a href="#a">It&rsquo;s
        here</a></nav>
      <p>Of <code>units</code> columns: <b>four</b>.</p><p>12</p>
      <p translate="no">left out</p><h1 id="title">left out</h1>
      <gw-cell><p class="placeholder">Comes</p><div>a view&rsquo;s own</div></gw-cell>
      <script>left('out')</script></body></html>`);

    expect(pieces).toEqual(['It\u2019s here', 'Of <code>units</code> columns: <b>four</b>.', 'Comes']);
    expect(strings).toEqual(['Open & up', 'Parts']);
  });

  it('are all there, the title and the first sentence as the page says them again', () => {
    const { pieces } = staticText(HTML);
    const said = messages(HTML);

    expect(pieces).toContain('How it learns');
    expect(pieces.length).toBeGreaterThan(90);
    for (const sentence of said)
      expect(read('src/demo/views/intro.ts').replaceAll('\\u2019', '\u2019')).toContain(sentence);
  });
});

/** Title and lead, which follow the data: views/intro.ts says them. */
function messages(html: string): string[] {
  return ['title', 'lead-data'].map((id) => {
    const text = new RegExp(`id="${id}"\\s*>([^<]*)<`).exec(html)?.[1] ?? `no element ${id}`;
    return text.replaceAll('&rsquo;', '\u2019').replace(/\s+/g, ' ').trim();
  });
}
