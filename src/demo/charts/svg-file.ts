/**
 * A chart as an SVG file that stands alone: title and description inside, the legend drawn with it, every style of the page written
 * out, on a light ground whatever the page's colours are. Downloaded with the first chart that is saved.
 */
import { svgElement } from './frame.ts';

export interface SvgFileInput {
  /** As it stands in the page. */
  readonly svg: SVGElement;
  /** The list that says what its lines are; null for none. */
  readonly legend: Element | null;
  readonly title: string;
  /** What it shows, in a sentence. */
  readonly description: string;
}

const SHAPES = 'line, path, rect, circle, text';
const OF_ALL = ['fill', 'stroke'];
const OF_FILL = ['fill-opacity'];
const OF_STROKE = ['stroke-opacity', 'stroke-width', 'stroke-dasharray', 'stroke-linecap', 'stroke-linejoin'];
const OF_TEXT = ['font-family', 'font-size', 'font-weight', 'text-anchor', 'paint-order'];

const EDGE = 12;
const TITLE = { size: 15, line: 20 };
const WORDS = { size: 12, line: 20, sample: 28, gap: 18 };
/** What XML has no way to hold, such as a column's name with a bell in it. */
const NOT_XML = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

export function svgFile({ svg, legend, title, description }: SvgFileInput): string {
  const host = document.createElement('div');
  // What the page's rules say of the chart holds in here too.
  host.className = svg.parentElement?.className ?? '';
  host.style.cssText =
    'forced-color-adjust: none; background: var(--page); color: var(--ink);' +
    'position: absolute; width: 0; height: 0; overflow: hidden';
  host.setAttribute('aria-hidden', 'true');
  (svg.parentElement ?? document.body).append(host);
  // The page's colours are made at its root. Nothing is painted before they are what they were.
  const { dataset } = document.documentElement;
  const theme = dataset.theme;
  dataset.theme = 'light';
  try {
    const plot = svg.cloneNode(true) as SVGElement;
    const list = legend?.cloneNode(true) as Element | undefined;
    host.append(plot, ...(list === undefined ? [] : [list]));
    const root = composed(plot, list === undefined ? [] : samplesOf(list), title, description, host);
    return `${new XMLSerializer().serializeToString(root).replace(NOT_XML, '')}\n`;
  } finally {
    host.remove();
    if (theme === undefined) delete dataset.theme;
    else dataset.theme = theme;
  }
}

interface Sample {
  readonly drawing: SVGElement;
  readonly words: string;
}

function composed(
  plot: SVGElement,
  samples: readonly Sample[],
  title: string,
  description: string,
  host: Element,
): SVGElement {
  const [width, height] = [Number(plot.getAttribute('width')), Number(plot.getAttribute('height'))];
  const style = getComputedStyle(host);
  const root = svgElement('svg', {
    width,
    role: 'img',
    'aria-labelledby': 'chart-title chart-description',
    'font-family': style.fontFamily,
  });
  const ground = svgElement('rect', { width, fill: style.backgroundColor });
  root.append(
    svgElement('title', { id: 'chart-title' }, title),
    svgElement('desc', { id: 'chart-description' }, description),
    ground,
  );
  host.append(root);

  const ink = { fill: style.color };
  const measure = (words: string, size: number): number => {
    const text = svgElement('text', { 'font-size': size, 'font-weight': 650 }, words);
    root.append(text);
    const length = (text as SVGTextElement).getComputedTextLength();
    text.remove();
    return length;
  };
  let top = EDGE;
  for (const line of linesOf(title, (words) => measure(words, TITLE.size) <= width - 2 * EDGE)) {
    const place = { x: EDGE, y: top + TITLE.size, 'font-size': TITLE.size, 'font-weight': 650, ...ink };
    root.append(svgElement('text', place, line));
    top += TITLE.line;
  }
  let x = EDGE;
  for (const { drawing, words } of samples) {
    const wide = WORDS.sample + 6 + measure(words, WORDS.size);
    if (x > EDGE && x + wide > width - EDGE) {
      x = EDGE;
      top += WORDS.line;
    }
    const box = { x, y: top + 4, width: WORDS.sample, height: 12 };
    for (const [name, value] of Object.entries(box)) drawing.setAttribute(name, String(value));
    const place = { x: x + WORDS.sample + 6, y: top + 14, 'font-size': WORDS.size, ...ink };
    root.append(drawing, svgElement('text', place, words));
    x += wide + WORDS.gap;
  }
  if (samples.length > 0) top += WORDS.line + 6;

  writeStyles(plot);
  const body = svgElement('g', { transform: `translate(0 ${top})` });
  body.append(...plot.childNodes);
  root.append(body);
  ground.setAttribute('height', String(top + height));
  root.setAttribute('height', String(top + height));
  root.setAttribute('viewBox', `0 0 ${width} ${top + height}`);
  return root;
}

/** Title in lines that fit; a word that alone does not stays whole. */
function linesOf(text: string, fits: (line: string) => boolean): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const longer = lines.length === 0 ? word : `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && fits(longer)) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** What is drawn in the list and its words; without what the visitor left out. */
function samplesOf(list: Element): Sample[] {
  return [...list.querySelectorAll('li')]
    .filter((item) => item.querySelector('input[type=checkbox]:not(:checked)') === null)
    .map((item) => {
      const own = item.querySelector('svg');
      const drawing = own === null ? sampleOfBox(item.firstElementChild) : own;
      if (own !== null) writeStyles(own);
      drawing.removeAttribute('class');
      drawing.removeAttribute('aria-hidden');
      return { drawing, words: (item.textContent ?? '').replace(/\s+/g, ' ').trim() };
    });
}

/** A sample that the page draws as a box with borders. */
function sampleOfBox(box: Element | null): SVGElement {
  const drawing = svgElement('svg', { viewBox: '0 0 28 12' });
  if (box === null) return drawing;
  const { backgroundColor, borderTopColor, borderTopWidth, borderBottomWidth } = getComputedStyle(box);
  const line = { x1: 0, x2: 28, stroke: borderTopColor, 'stroke-dasharray': '4 3' };
  const isBand = borderBottomWidth !== '0px';
  drawing.append(svgElement('rect', { width: 28, height: 12, fill: backgroundColor }));
  const places = isBand ? [0.5, 11.5] : [6];
  for (const y of borderTopWidth === '0px' ? [] : places) {
    drawing.append(svgElement('line', { ...line, y1: y, y2: y, 'stroke-width': borderTopWidth }));
  }
  return drawing;
}

/** Writes the page's styles into the drawing's own attributes, and takes away what only the page understands. */
function writeStyles(drawing: Element): void {
  for (const shape of drawing.querySelectorAll(SHAPES)) {
    const style = getComputedStyle(shape);
    const has = (name: string): boolean => style.getPropertyValue(name) !== 'none';
    const names = [
      ...OF_ALL,
      ...(has('fill') ? OF_FILL : []),
      ...(has('stroke') ? OF_STROKE : []),
      ...(shape.localName === 'text' ? OF_TEXT : []),
    ];
    for (const name of names) {
      const value = style.getPropertyValue(name);
      // A pattern of the drawing's own is named as it stands, not by the page's address.
      if (!value.startsWith('url(')) shape.setAttribute(name, value);
    }
  }
  for (const one of drawing.querySelectorAll('*')) {
    for (const { name } of [...one.attributes]) {
      if (name === 'class' || name.startsWith('data-')) one.removeAttribute(name);
    }
  }
}
