/** The command lines that do again what the panel for model files just did. File names are a visitor's: quoted for a shell. */
import type { OpenedFile } from './jobs.ts';
import type { KnownArray, KnownPair } from './known-array.ts';
import { formatTolerance } from './tolerance.ts';

/** A model file, and the architecture it was opened with. */
interface NamedModel extends Pick<OpenedFile, 'architecture'> {
  readonly file: { readonly source: { readonly fileName: string } };
}

/** `gatewise compare`, which has no tolerance: it tells every difference. */
export function compareLine(a: NamedModel, b: NamedModel): string {
  return line(['compare', nameOf(a), nameOf(b), ...architectureOf(a.architecture ?? b.architecture)]);
}

/** `gatewise verify` or `gatewise gate-order`. */
export function knownLine(
  verb: 'verify' | 'gate-order',
  model: NamedModel,
  { x, y }: KnownPair,
  tolerance: number,
): string {
  return line([
    verb,
    nameOf(model),
    ...arrayOf('--x', '--key', x),
    ...arrayOf('--y', '--y-key', y),
    '--tolerance',
    formatTolerance(tolerance),
    ...architectureOf(model.architecture),
  ]);
}

const nameOf = ({ file }: NamedModel): string => file.source.fileName;

function arrayOf(option: string, keyOption: string, { file, key }: KnownArray): string[] {
  return [option, file, ...(key === null ? [] : [keyOption, key])];
}

function architectureOf(name: string | null): string[] {
  return name === null ? [] : ['--architecture', name];
}

const OPTIONS = new Set(['--x', '--key', '--y', '--y-key', '--tolerance', '--architecture']);

function line(words: readonly string[]): string {
  return ['npx gatewise', ...words.map(shellWord)].join(' ');
}

/** As a POSIX shell reads it back; a name that begins like an option is one of this folder. */
function shellWord(word: string): string {
  const plain = word.startsWith('-') && !OPTIONS.has(word) ? `./${word}` : word;
  return /^[\w./:@%+=,-]+$/.test(plain) ? plain : `'${plain.replaceAll("'", `'\\''`)}'`;
}
