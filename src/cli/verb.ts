/** What a verb is to the command: a name, a table of options, and what it does. One file per verb. */
import type { ExitCode } from './exit-codes.ts';
import { verbHelp } from './help.ts';
import type { OptionTable, PositionalTable } from './option.ts';
import type { Output } from './output.ts';
import { givenOptions, parseOptions, type Values } from './parse-options.ts';

/** What every verb is given by main.ts. */
export interface Surroundings {
  readonly output: Output;
  /** Folder of the bundled series. */
  readonly dataFolder: string;
}

export interface VerbSpec<T extends OptionTable, P extends PositionalTable> {
  readonly name: string;
  /** One sentence. */
  readonly summary: string;
  /** Options in the order of the help, under their headings. */
  readonly groups: Readonly<Record<string, readonly (keyof T & string)[]>>;
  readonly options: T;
  /** What stands after the verb without an option's name; absent where options are all there is. */
  readonly positionals?: P;
  /** Command lines with what they do. */
  readonly examples: readonly (readonly [line: string, meaning: string])[];
  /** Paragraphs at the end of the help. */
  readonly notes: readonly string[];
  /** @param given the options that were not left at their defaults by not being there */
  run(
    options: Values<T, P>,
    surroundings: Surroundings,
    given: ReadonlySet<keyof T & string>,
  ): Promise<ExitCode>;
}

export interface Verb {
  help(): string;
  /** @throws GatewiseError for options that cannot be used, and whatever the verb fails of */
  run(args: readonly string[], surroundings: Surroundings): Promise<ExitCode>;
}

/** A verb of its declaration. */
export function defineVerb<T extends OptionTable, P extends PositionalTable = Record<never, never>>(
  spec: VerbSpec<T, P>,
): Verb {
  const { name, options, positionals } = spec;
  return {
    help: () => verbHelp(spec),
    run: (args, surroundings) => {
      const values = parseOptions(options, args, name, positionals);
      return spec.run(values, surroundings, givenOptions(options, args));
    },
  };
}
