/**
 * What a run found, as sections: printed in the terminal, and written into bench/RESULTS.md, where each stands between
 * `<!-- id -->` and `<!-- /id -->` and is replaced as a whole when it is measured again. All other text there is kept.
 */
import type { Surroundings } from './surroundings.ts';
import { alignColumns, markdownTable, type Rows } from './table.ts';

export interface Section {
  /** Unique in RESULTS.md, such as `training` or `training-node`. */
  readonly id: string;
  readonly title: string;
  /** What its figures are of: configs, engines. Printed once for sections in a row that say the same. */
  readonly about: string;
  /** Paragraphs (Markdown) and tables, in order. */
  readonly blocks: readonly (string | Rows)[];
}

/** What one mode of the benchmark found. */
export interface Report {
  readonly sections: readonly Section[];
  /** Everything measured, for --json. */
  readonly data: unknown;
  /** Written beside the sections by --record; paths from the root of the repository. */
  readonly files?: readonly { readonly path: string; readonly text: string }[];
}

/** Where the figures of a section come from. */
export interface Origin extends Surroundings {
  /** The command that measured them. */
  readonly command: string;
  /** Browser or runtime, with its version. */
  readonly host: string;
}

/** A title that tells sections of other adapters from those of the software one. */
export function titleAt(title: string, suffix: string): string {
  return suffix === '' ? title : `${title} (${suffix.slice(1)})`;
}

export function terminalText(sections: readonly Section[]): string {
  const texts = sections.map(({ title, about, blocks }, k) => {
    const news = about === sections[k - 1]?.about ? [] : [about];
    const body = blocks.map((block) => (typeof block === 'string' ? block : alignColumns(block)));
    return [...news, title, ...body].join('\n\n');
  });
  return texts.join('\n\n\n');
}

/** @throws Error when a section of `text` begins and does not end */
export function recordSections(text: string, sections: readonly Section[], origin: Origin): string {
  return sections.reduce(
    (document, section) => replaceSection(document, section.id, markdownOf(section, origin)),
    text,
  );
}

function markdownOf({ title, about, blocks }: Section, origin: Origin): string {
  const { command, host, processor, load, date, commit } = origin;
  const lines = [
    `- Command: \`${command}\``,
    `- Runs in: ${host}`,
    `- Processor: ${processor}, load ${load}`,
    `- Date: ${date}`,
    `- Commit: ${commit}`,
  ];
  const texts = blocks.map((block) => (typeof block === 'string' ? block : markdownTable(block)));
  return [`## ${title}`, lines.join('\n'), about, ...texts].join('\n\n');
}

/** A section that is not there yet goes to the end. */
function replaceSection(text: string, id: string, body: string): string {
  const [begin, end] = [`<!-- ${id} -->`, `<!-- /${id} -->`];
  const section = `${begin}\n${body}\n${end}`;
  const from = text.indexOf(begin);
  if (from < 0) return `${text.trimEnd()}\n\n${section}\n`;
  const to = text.indexOf(end, from);
  if (to < 0) throw new Error(`RESULTS.md has "${begin}" and no "${end}" after it: put it back.`);
  return `${text.slice(0, from)}${section}${text.slice(to + end.length)}`;
}
