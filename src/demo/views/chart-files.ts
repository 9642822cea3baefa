/** The buttons under a chart that give it away: as a picture, and its numbers as a table. What writes them comes with the click. */
import { html, nothing, type TemplateResult } from 'lit';
import { download } from '../app.ts';
import { slug } from '../format.ts';
import { data } from '../state.ts';
import { msg } from '../words.ts';

export interface ChartFiles {
  /** Test id of the chart's element. */
  readonly chart: string;
  /** What the files' names begin with. */
  readonly name: string;
  readonly title: string;
  /** What the chart shows, in a sentence. */
  readonly reading: string;
  /** Its table; null where there is another button for it. */
  readonly csv: (() => Promise<string>) | null;
}

export function chartFiles(files: ChartFiles): TemplateResult {
  const { chart, name, title, csv } = files;
  return html`<div class="actions chart-files">
    ${button(`${chart}-svg`, msg('Save as SVG'), title, () => saveSvg(files))}
    ${csv === null ? nothing : csvButton(`${chart}-csv`, name, title, csv)}
  </div>`;
}

/** The button of a table alone. */
export function csvButton(
  testId: string,
  name: string,
  title: string,
  csv: () => Promise<string>,
): TemplateResult {
  return button(testId, msg('Download as CSV'), title, async () => give(name, 'csv', await csv()));
}

function button(testId: string, word: string, title: string, save: () => Promise<void>): TemplateResult {
  return html`<button class="button button-small" type="button" data-testid=${testId} @click=${() => void save()}>
    ${word}<span class="visually-hidden">: ${title}</span>
  </button>`;
}

async function saveSvg({ chart, name, title, reading }: ChartFiles): Promise<void> {
  const { svgFile } = await import('../charts/svg-file.ts');
  const box = document.querySelector(`[data-testid="${chart}"]`);
  const svg = box?.querySelector<SVGElement>('svg.plot');
  if (!box || !svg) return;
  give(name, 'svg', svgFile({ svg, legend: legendBefore(box), title, description: reading }));
}

function give(name: string, ending: string, text: string): void {
  download(`${name}-${slug(data.value?.name ?? '')}.${ending}`, new TextEncoder().encode(text));
}

/** The list of what the lines are stands above its chart. */
function legendBefore(chart: Element): Element | null {
  let above = chart.previousElementSibling;
  for (let steps = 0; above !== null && steps < 3; steps++) {
    const legend = above.matches('.legend') ? above : above.querySelector('.legend');
    if (legend !== null) return legend;
    above = above.previousElementSibling;
  }
  return null;
}
