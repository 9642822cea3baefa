/** One bar for each time step: its height is the norm of the step's share of the gradient, cut by gate. */
import { scaleLinear } from 'd3-scale';
import type { StepGradient } from '../../engine/explain/index.ts';
import { GATES } from '../../engine/index.ts';
import { lagName } from '../draw/time-layout.ts';
import { addColumns, addRows, drawing, svgElement } from './frame.ts';

export interface StepBarsInput {
  readonly width: number;
  readonly height: number;
  readonly steps: readonly StepGradient[];
}

const MARGINS = { left: 58, right: 8, top: 10, bottom: 24 };
const MOST_BAR = 40;
/** Strokes of the patterns, so that gates differ by more than hue: none, slanting, upright, level. */
const STROKES = { i: '', f: 'M-1 7 L7 -1', c: 'M3 0 V6', o: 'M0 3 H6' } as const;

/**
 * Parts of a norm do not add up to it, their squares do: a bar is cut in proportion to the squares.
 */
export function drawStepBars({ width, height, steps }: StepBarsInput): Element {
  const [left, right] = [MARGINS.left, width - MARGINS.right];
  const bottom = height - MARGINS.bottom;
  const each = (right - left) / steps.length;
  const bar = Math.max(1, Math.min(MOST_BAR, each * 0.72));
  const x = scaleLinear().domain([0, steps.length]).range([left, right]);
  const y = scaleLinear()
    .domain([0, Math.max(...steps.map(({ whole }) => whole)) || 1])
    .nice()
    .range([bottom, MARGINS.top]);

  const svg = drawing(width, height);
  svg.append(patterns());
  addRows(svg, y, left, right);
  steps.forEach(({ gates, whole }, t) => {
    let square = 0;
    for (const { key } of GATES) {
      const from = whole > 0 ? square / whole ** 2 : 0;
      square += gates[key] ** 2;
      const to = whole > 0 ? square / whole ** 2 : 0;
      const box = {
        x: x(t + 0.5) - bar / 2,
        y: y(whole * to),
        width: bar,
        height: Math.max(0, y(whole * from) - y(whole * to)),
      };
      svg.append(
        svgElement('rect', { class: 'step-bar', 'data-gate': key, ...box }),
        svgElement('rect', { class: 'step-bar-pattern', fill: `url(#step-bar-${key})`, ...box }),
      );
    }
  });
  const middles = { ...x, range: () => x.range(), ticks: () => [] };
  const place = Object.assign((t: number): number => x(t + 0.5), middles);
  addColumns(svg, place, bottom, labelled(steps.length, width), (t) => lagName(Number(t), steps.length));
  return svg;
}

/** The steps that get a label: the newest, and back from it as many as there is room for. */
function labelled(count: number, width: number): number[] {
  const every = Math.max(1, Math.ceil(count / Math.max(2, Math.floor(width / 56))));
  return Array.from({ length: Math.ceil(count / every) }, (_, n) => count - 1 - n * every);
}

/** A gate's sample for the legend. */
export function gateSample(key: keyof typeof STROKES): Element {
  const svg = drawing(20, 12);
  const box = { x: 0, y: 0, width: 20, height: 12 };
  svg.append(
    svgElement('rect', { class: 'step-bar', 'data-gate': key, ...box }),
    svgElement('rect', { class: 'step-bar-pattern', fill: `url(#step-bar-${key})`, ...box }),
  );
  return svg;
}

function patterns(): SVGElement {
  const definitions = svgElement('defs', {});
  for (const { key } of GATES) {
    const size = { width: 6, height: 6, patternUnits: 'userSpaceOnUse' };
    const pattern = svgElement('pattern', { id: `step-bar-${key}`, ...size });
    pattern.append(svgElement('path', { class: 'step-bar-stroke', d: STROKES[key] }));
    definitions.append(pattern);
  }
  return definitions;
}
