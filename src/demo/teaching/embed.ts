/** HTML to put one view of the page into a course page. */
import { linkTo } from '../url-link.ts';

export interface EmbedOptions {
  /** Of the page, without a hash. */
  readonly address: string;
  readonly section: string;
  /** Of the section, for readers of screens. */
  readonly title: string;
  readonly hide: readonly string[];
  readonly width: number;
  readonly height: number;
}

/** Sizes a frame may have, CSS pixels. */
export const FRAME = { least: 320, most: 4000 } as const;

/** A size from typed text, held to what a frame may have; what was there before where it is no number. */
export function frameSize(text: string, before: number): number {
  const size = Math.round(Number(text));
  if (text.trim() === '' || !Number.isFinite(size)) return before;
  return Math.min(FRAME.most, Math.max(FRAME.least, size));
}

export function embedCode({ address, section, title, hide, width, height }: EmbedOptions): string {
  const source = `${address}${linkTo({ section, hide })}`;
  return `<iframe src="${escaped(source)}" title="${escaped(title)}" width="${width}" height="${height}" loading="lazy" style="border: 0; max-width: 100%"></iframe>`;
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
