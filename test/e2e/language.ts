/** What the page says in another language: words of English that are left in it, and text that has no room. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from 'puppeteer';

/**
 * Latin words that stay in a Chinese text: names of programs, layers, devices, file formats and licences, identifiers of code, and
 * letters of formulas.
 */
const NAMES = new RegExp(
  `^(${[
    'gatewise|LSTM|GRU|SimpleRNN|Bidirectional|Dense|Dropout|ReLU|ELU|Rescaling|BatchNormalization|LayerNormalization',
    'Keras|TensorFlow|PyTorch|ONNX|NumPy|HDF|WebGPU|WGSL|GPU|Worker|Chrome|Edge|Safari|Firefox|Python|MIT|Adam|RMSprop|SGD',
    'NOAA|National|Centers|for|Environmental|Information|vega-datasets|Open-Meteo|GeoNames|CC|BY|com|https?|IP|CSV|SVG|JSON|MAE|RMSE|MiB|KiB|GiB|MB',
    'SwiftShader|Google|Inc|software|Subzero|LLVM|Vulkan|vendor|google|swiftshader|device',
    'tanh|sigmoid|sigma|linear|clip|keras|numpy|json|bin|npz|onnx|safetensors|csv|gz|js|tf|model|weights|saving|load_model|load_weights',
    'get_weights|loadLayersModel|get|unit|units|gate|kernel|recurrent_kernel|bias|batch|epoch|loss|gradient|seed|persistence|skill|peephole',
    'time_steps|unit_forget_bias|shadow|pass|Escape|Tab|Ctrl|ln|dz|dh|dc|dW|temp_max|temp_min|precipitation|wind|day_sin|day_cos|weather|year_sin|year_cos',
    'open-meteo|geocoding-api|archive-api|weight_ih|weight_hh|day-of-year|sin|cos|ms|TF|load|adapter|core-features-and-limits|timestamp-query|shader-f16|subgroups',
    // What the engine calls the owners of its buffers.
    'training|inference|keptTrace|gradients|readBuffer|profile|data|inputGradients',
  ].join('|')})$`,
);

/** Visible words of the page that are neither Chinese nor names, each with the text it stands in. */
export async function englishLeft(page: Page): Promise<string[]> {
  const texts = await page.evaluate(() => {
    const found: string[] = [document.title];
    const leftOut =
      'script, style, noscript, code, pre, math, svg.ribbon, canvas, [translate=no], [lang=en]:not(html)';
    const isSeen = (element: Element): boolean =>
      element.checkVisibility() || element.closest('option, .visually-hidden') !== null;
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
    for (let node = walk.nextNode(); node !== null; node = walk.nextNode()) {
      const element = node instanceof Element ? node : node.parentElement;
      if (element === null || element.closest(leftOut) !== null || !isSeen(element)) continue;
      if (node instanceof Element) {
        for (const name of ['aria-label', 'title', 'placeholder', 'aria-valuetext', 'label']) {
          found.push(node.getAttribute(name) ?? '');
        }
      } else {
        found.push(node.textContent ?? '');
      }
    }
    return found.map((text) => text.replace(/\s+/g, ' ').trim()).filter((text) => text !== '');
  });
  return [...new Set(texts)].flatMap((text) => {
    const words = text.match(/[A-Za-z][A-Za-z_-]*[A-Za-z]/g) ?? [];
    const strange = words.filter((word) => !NAMES.test(word));
    return strange.length === 0 ? [] : [`${strange.join(' ')} in: ${text}`];
  });
}

/**
 * The page's own English with longer words as the module of another language, for the browser to download in its place.
 * @param by how much longer, 0.4 for 40 %
 */
export function longerWords(by: number): string {
  const table = readFileSync(fileURLToPath(new URL('../../xliff/zh-CN.xlf', import.meta.url)), 'utf8');
  const entries = [...table.matchAll(/<trans-unit id="([^"]+)">\s*<source>([\s\S]*?)<\/source>/g)].map(
    ([, id = '', source = '']) => `  '${id}': ${templateOf(id, source, by)},`,
  );
  return [
    'const html = (strings, ...values) => ({ _$litType$: 1, strings, values });',
    'const str = (strings, ...values) => ({ strTag: true, strings, values });',
    `const templates = {\n${entries.join('\n')}\n};`,
  ].join('\n');
}

/** A template of the module: words of two letters and more are made longer, tags and gaps stay. */
function templateOf(id: string, source: string, by: number): string {
  let gaps = 0;
  const parts = source.split(/<x id="\d+" equiv-text="([^"]*)"\/>/).map((part, at) => {
    const text = unescaped(part);
    // Every second part is a gap: markup, in which expressions stand.
    return at % 2 === 1
      ? pieces(text)
          .map(({ text: piece, isCode }) => (isCode ? `\${${gaps++}}` : quoted(piece)))
          .join('')
      : quoted(longer(text, by));
  });
  const tag = id.startsWith('h') ? 'html' : gaps > 0 ? 'str' : '';
  return `${tag}\`${parts.join('')}\``;
}

/** What dates are written by is no word. */
const LOCALE = 'en-GB';

const longer = (text: string, by: number): string =>
  text === LOCALE
    ? text
    : text.replace(/\p{L}{2,}/gu, (word) => word + 'o'.repeat(Math.ceil(by * word.length)));

const quoted = (text: string): string => text.replace(/[`\\$]/g, '\\$&');

function unescaped(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&');
}

/** Text and the expressions in it, by their brackets. */
function pieces(text: string): { readonly text: string; readonly isCode: boolean }[] {
  const found: { text: string; isCode: boolean }[] = [];
  let from = 0;
  for (let at = text.indexOf('${'); at >= 0; at = text.indexOf('${', from)) {
    if (at > from) found.push({ text: text.slice(from, at), isCode: false });
    let end = at + 2;
    for (let depth = 1; depth > 0; end++) depth += text[end] === '{' ? 1 : text[end] === '}' ? -1 : 0;
    found.push({ text: text.slice(at, end), isCode: true });
    from = end;
  }
  if (from < text.length) found.push({ text: text.slice(from), isCode: false });
  return found;
}

/** Where text has no room at the page's width: the page scrolls sideways, or a button, a choice or a heading is cut off. */
export function overflowing(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    const wide =
      scrollWidth > clientWidth ? [`the page is ${scrollWidth} pixels wide, of ${clientWidth}`] : [];
    // What scrolls by itself may be wider than the page.
    const scrolls = (element: Element): boolean => {
      for (
        let one: Element | null = element;
        one !== null && one !== document.body;
        one = one.parentElement
      ) {
        if (/auto|scroll/.test(getComputedStyle(one).overflowX)) return true;
      }
      return false;
    };
    const wider = [...document.querySelectorAll('main *, header *')].filter(
      (element) =>
        (element.children.length === 0 || element.matches('select')) &&
        element.checkVisibility() &&
        !scrolls(element) &&
        element.getBoundingClientRect().right > clientWidth + 1,
    );
    if (wide.length > 0)
      wide.push(
        ...wider
          .slice(0, 20)
          .map(
            (element) =>
              `${element.localName} ${element.className}: ${element.textContent?.trim().slice(0, 60)}`,
          ),
      );
    const cut = [
      ...document.querySelectorAll('button, .button, .segments label, summary, h1, h2, h3'),
    ].filter((element) => {
      if (!element.checkVisibility() || scrolls(element)) return false;
      const { left, right } = element.getBoundingClientRect();
      return element.scrollWidth > element.clientWidth + 1 || left < -1 || right > clientWidth + 1;
    });
    return [
      ...wide,
      ...cut.map((element) => `${element.localName} \u201c${element.textContent?.trim()}\u201d`),
    ];
  });
}
