/**
 * The words of index.html in the language that is spoken. They stand in the table by their own English
 * (tools/text/static-text.mjs cuts the file into the same pieces), so that nothing of them is written twice.
 */
import { msg } from '@lit/localize';
import { render, type TemplateResult } from 'lit';

/** What a piece held when the page came. */
interface Written {
  readonly english: string;
  readonly nodes: readonly ChildNode[];
}

const LETTERS = /\p{L}/u;
const LEFT_OUT = 'script, style, noscript, svg, [translate=no], #title, #lead-data';

const written = new Map<Element, Written>();
const labels = new Map<Element, string>();
const head = { title: '', description: '' };

// Not the page's own msg(), whose sentences are looked for in the code: these are found in the HTML.
const translate = (template: unknown): unknown => (msg as (template: unknown) => unknown)(template);

/** Puts the words of the page's HTML into the language in force, or back as they came. */
export function sayStatic(): void {
  if (written.size === 0) remember();
  for (const [element, piece] of written) {
    if (element.isConnected) element.replaceChildren(...said(piece));
  }
  for (const [element, label] of labels) element.setAttribute('aria-label', String(translate(label)));
  document.title = String(translate(head.title));
  describe()?.setAttribute('content', String(translate(head.description)));
}

function remember(): void {
  head.title = document.title;
  head.description = describe()?.getAttribute('content') ?? '';
  look(document.body);
}

const describe = (): Element | null => document.querySelector('meta[name=description]');

function look(element: Element): void {
  if (element.matches(LEFT_OUT)) return;
  const label = element.getAttribute('aria-label');
  // What stands in a view is the view's own, but for what it says until it comes.
  if (element.localName.startsWith('gw-')) {
    for (const waiting of element.querySelectorAll(':scope > .placeholder')) look(waiting);
    return;
  }
  if (label !== null) labels.set(element, label);
  const nodes = [...element.childNodes];
  if (nodes.some((node) => node instanceof Text && LETTERS.test(node.data))) {
    written.set(element, { english: element.innerHTML.replace(/\s+/g, ' ').trim(), nodes });
    return;
  }
  for (const child of element.children) look(child);
}

function said({ english, nodes }: Written): readonly ChildNode[] {
  const strings = [english];
  const template = translate({ _$litType$: 1, strings, values: [] }) as TemplateResult;
  if ((template.strings as readonly string[]) === strings) return nodes;
  const box = document.createElement('div');
  render(template, box);
  return [...box.childNodes];
}
