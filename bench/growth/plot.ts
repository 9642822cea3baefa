/** A plot with logarithmic axes as SVG text: lines and points, drawn without a page. */

export interface Curve {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Points with a line through them, a dashed line, or a thin grey one. */
  readonly style: 'measured' | 'fitted' | 'reference';
}

export interface Plot {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly curves: readonly Curve[];
}

const WIDTH = 640;
const HEIGHT = 400;
const LEFT = 70;
const RIGHT = 20;
const TOP = 44;
const BOTTOM = 56;
const STROKES = {
  measured: 'stroke="#1f5fbf" stroke-width="2"',
  fitted: 'stroke="#c2410c" stroke-width="2" stroke-dasharray="6 4"',
  reference: 'stroke="#8a8a8a" stroke-width="1"',
} as const;

/** @throws Error for a value that has no place on a logarithmic axis */
export function logLogPlot({ title, xLabel, yLabel, curves }: Plot): string {
  const points = curves.flatMap((curve) => curve.points);
  const stray = points.flat().find((value) => !(value > 0 && Number.isFinite(value)));
  if (points.length === 0 || stray !== undefined) {
    throw new Error(
      `A logarithmic axis takes numbers above 0, received ${stray ?? 'none'} in the plot "${title}".`,
    );
  }
  const [lowX, highX] = bounds(points.map(([x]) => x));
  const [lowY, highY] = bounds(points.map(([, y]) => y));
  const placeX = scale(lowX, highX, LEFT, WIDTH - RIGHT);
  const placeY = scale(lowY, highY, HEIGHT - BOTTOM, TOP);
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    text(WIDTH / 2, 20, title, 'middle', 'font-size="14" '),
    ...ticks(lowX, highX).map((value) => {
      const x = placeX(value);
      return `<path d="M${fixed(x)} ${TOP}V${HEIGHT - BOTTOM}" stroke="#e2e2e2"/>${text(x, HEIGHT - BOTTOM + 16, label(value), 'middle')}`;
    }),
    ...ticks(lowY, highY).map((value) => {
      const y = placeY(value);
      return `<path d="M${LEFT} ${fixed(y)}H${WIDTH - RIGHT}" stroke="#e2e2e2"/>${text(LEFT - 6, y + 4, label(value), 'end')}`;
    }),
    `<path d="M${LEFT} ${TOP}V${HEIGHT - BOTTOM}H${WIDTH - RIGHT}" fill="none" stroke="#444444"/>`,
    text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 14, xLabel, 'middle'),
    `<text x="16" y="${(TOP + HEIGHT - BOTTOM) / 2}" text-anchor="middle" fill="#222222" transform="rotate(-90 16 ${(TOP + HEIGHT - BOTTOM) / 2})">${escaped(yLabel)}</text>`,
    ...curves.map((curve, k) => drawCurve(curve, placeX, placeY) + legend(curve, k)),
    '</svg>',
  ];
  return `${parts.join('\n')}\n`;
}

function drawCurve(
  { points, style }: Curve,
  placeX: (x: number) => number,
  placeY: (y: number) => number,
): string {
  const places = points.map(([x, y]) => [fixed(placeX(x)), fixed(placeY(y))] as const);
  const line = `<polyline points="${places.map(([x, y]) => `${x},${y}`).join(' ')}" fill="none" ${STROKES[style]}/>`;
  if (style !== 'measured') return line;
  return line + places.map(([x, y]) => `<circle cx="${x}" cy="${y}" r="3.5" fill="#1f5fbf"/>`).join('');
}

/** From the upper left, one below the other: curves that grow leave that corner free. */
function legend({ name, style }: Curve, place: number): string {
  const y = TOP + 16 + 18 * place;
  return `<path d="M${LEFT + 12} ${y}h26" ${STROKES[style]}/>${text(LEFT + 46, y + 4, name, 'start')}`;
}

function text(x: number, y: number, content: string, anchor: string, more = ''): string {
  return `<text x="${fixed(x)}" y="${fixed(y)}" text-anchor="${anchor}" ${more}fill="#222222">${escaped(content)}</text>`;
}

/** Lowest and highest value; a factor of two each way where they are one. */
function bounds(values: readonly number[]): [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return low < high ? [low, high] : [low / 2, high * 2];
}

function scale(low: number, high: number, from: number, to: number): (value: number) => number {
  return (value) => from + ((to - from) * Math.log(value / low)) / Math.log(high / low);
}

/** Powers of ten within the range, with 2 and 5 between them where there are few. */
function ticks(low: number, high: number): number[] {
  const first = Math.floor(Math.log10(low));
  const decades = Array.from({ length: Math.ceil(Math.log10(high)) - first + 1 }, (_, k) => first + k);
  const steps = high / low < 1000 ? [1, 2, 5] : [1];
  return decades
    .flatMap((power) => steps.map((step) => Number(`${step}e${power}`)))
    .filter((value) => value >= low * 0.999 && value <= high * 1.001);
}

function label(value: number): string {
  return value >= 1000 ? value.toLocaleString('en-US') : String(value);
}

function fixed(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
