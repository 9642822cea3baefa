/** What a verb is to the command: a name, a table of options, and what it does. One file per verb. */
import type { ExitCode } from './exit-codes.ts';
import { verbHelp } from './help.ts';
import type { OptionTable, OptionValues } from './option.ts';
import type { Output } from './output.ts';
import { parseOptions } from './parse-options.ts';

/** What every verb is given by main.ts. */
export interface Surroundings {
  readonly output: Output;
  /** Folder of the bundled series. */
  readonly dataFolder: string;
}

export interface VerbSpec<T extends OptionTable> {
  readonly name: string;
  /** One sentence. */
  readonly summary: string;
  /** Options in the order of the help, under their headings. */
  readonly groups: Readonly<Record<string, readonly (keyof T & string)[]>>;
  readonly options: T;
  /** Command lines with what they do. */
  readonly examples: readonly (readonly [line: string, meaning: string])[];
  /** Paragraphs at the end of the help. */
  readonly notes: readonly string[];
  run(options: OptionValues<T>, surroundings: Surroundings): Promise<ExitCode>;
}

export interface Verb {
  help(): string;
  /** @throws GatewiseError for options that cannot be used, and whatever the verb fails of */
  run(args: readonly string[], surroundings: Surroundings): Promise<ExitCode>;
}

/** A verb of its declaration. */
export function defineVerb<T extends OptionTable>(spec: VerbSpec<T>): Verb {
  return {
    help: () => verbHelp(spec),
    run: (args, surroundings) => spec.run(parseOptions(spec.options, args, spec.name), surroundings),
  };
}
