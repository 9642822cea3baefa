// @ts-check
/**
 * The sentences of index.html as messages, for the table of translations: the same pieces that src/demo/static-words.ts finds in
 * the page. An element is a piece where text stands directly in it; everything inside it belongs to it.
 */

/**
 * @typedef {object} StaticText
 * @property {string[]} pieces markup of pieces, as a browser gives their innerHTML, spaces joined
 * @property {string[]} strings texts of attributes, the title and the description
 */

/**
 * @typedef {object} Open
 * @property {string} name
 * @property {number} inner where its content begins
 * @property {boolean} isLeftOut
 * @property {boolean} isView
 * @property {boolean} hasText
 */

const LEFT_OUT = /^(script|style|noscript|svg)$/;
const LEFT_OUT_BY = /\stranslate="no"|\sid="(title|lead-data)"/;
const VOID = /^(meta|link|input|br|hr|img|rect)$/;
/** @type {Readonly<Record<string, string>>} */
const ENTITIES = {
  rsquo: '\u2019',
  ldquo: '\u201c',
  rdquo: '\u201d',
  minus: '\u2212',
  middot: '\u00b7',
  amp: '&amp;',
};

/** @param {string} html @returns {StaticText} */
export function staticText(html) {
  /** @type {string[]} */
  const pieces = [];
  /** @type {string[]} */
  const strings = [];
  const title = /<title>([^<]*)<\/title>/.exec(html)?.[1];
  const description = /name="description"\s+content="([^"]*)"/.exec(html)?.[1];
  for (const text of [title, description]) if (text !== undefined) strings.push(plain(text));
  const body = html.slice(html.indexOf('<body'), html.indexOf('</html>')).replace(/<!--[\s\S]*?-->/g, '');
  /** @type {Open[]} */
  const open = [];
  let at = 0;
  for (const { 0: tag, 1: closing, 2: name = '', 3: attributes = '', index } of body.matchAll(TAG)) {
    const parent = open.at(-1);
    if (parent !== undefined && /\p{L}/u.test(withoutEntities(body.slice(at, index)))) parent.hasText = true;
    at = index + tag.length;
    if (closing === '/') {
      const element = open.pop();
      if (element?.name !== name) throw new Error(`index.html: <${element?.name}> is closed by </${name}>.`);
      if (element.hasText && isPiece(open, element)) pieces.push(decoded(body.slice(element.inner, index)));
      continue;
    }
    const isLeftOut = LEFT_OUT.test(name) || LEFT_OUT_BY.test(attributes) || parent?.isLeftOut === true;
    // In a view only what stands there until it comes is the page's own.
    const isOther = parent?.isView === true && !attributes.includes('class="placeholder"');
    const isOut = isLeftOut || isOther;
    const label = /\saria-label="([^"]*)"/.exec(attributes)?.[1];
    if (label !== undefined && !isOut) strings.push(plain(label));
    if (VOID.test(name) || attributes.endsWith('/')) continue;
    open.push({ name, inner: at, isLeftOut: isOut, isView: name.startsWith('gw-'), hasText: false });
  }
  return { pieces: [...new Set(pieces)], strings: [...new Set(strings)] };
}

/** A module that the extraction of messages reads. @param {string} html */
export function staticModule(html) {
  const { pieces, strings } = staticText(html);
  /** @param {string} text */
  const quoted = (text) => `\`${text.replace(/[`\\$]/g, '\\$&')}\``;
  return [
    "import { msg } from '@lit/localize';",
    "import { html } from 'lit';",
    'export const words = () => [',
    ...pieces.map((piece) => `  msg(html${quoted(piece)}),`),
    ...strings.map((text) => `  msg(${quoted(text)}),`),
    '];',
    '',
  ].join('\n');
}

const TAG = /<(\/?)([a-z][\w-]*)((?:\s+[\w-]+(?:="[^"]*")?)*\s*\/?)>/g;

/** @param {readonly Open[]} around @param {Open} element */
function isPiece(around, { isLeftOut }) {
  return !isLeftOut && around.every((one) => !one.hasText);
}

/** @param {string} text */
function withoutEntities(text) {
  return text.replace(/&[\w#]+;/g, '');
}

/** As it is told where no markup is looked for. @param {string} text */
function plain(text) {
  return decoded(text).replaceAll('&amp;', '&');
}

/** @param {string} text */
function decoded(text) {
  const characters = text.replace(/&(#?\w+);/g, (entity, /** @type {string} */ name) => {
    if (name.startsWith('#')) return String.fromCodePoint(Number(name.slice(1)));
    const character = ENTITIES[name];
    if (character === undefined)
      throw new Error(`index.html: ${entity} is not known to tools/text/static-text.mjs.`);
    return character;
  });
  return characters.replace(/\s+/g, ' ').trim();
}
