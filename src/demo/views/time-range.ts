/** Which of the test windows are drawn: a span of them, or all, thinned where there are more than the page has pixels. */
import type { DataReport } from '../protocol.ts';

export type Span = number | 'all';

/** Spans offered, in windows. The first is for narrow pages. */
export const SPANS = [45, 120, 'all'] as const satisfies readonly Span[];
export const FALLBACK_SPAN: Span = 120;

const MOST_DRAWN = 1000;

export interface VisibleRange {
  readonly first: number;
  readonly last: number;
  readonly stride: number;
  /** Largest window the range may begin at. */
  readonly lastStart: number;
}

export function visibleRange(report: DataReport, span: Span, start: number): VisibleRange {
  const count = report.test.observed.length;
  const length = span === 'all' ? count : Math.min(span, count);
  const lastStart = count - length;
  const first = Math.min(lastStart, Math.max(0, start));
  return { first, last: first + length - 1, stride: Math.max(1, Math.ceil(length / MOST_DRAWN)), lastStart };
}
