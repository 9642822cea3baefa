/** Failures that the page says in the language that is chosen: in its own words, or in the engine's where the table has them. */
import { type ErrorCode, GatewiseError } from '../engine/index.ts';
import { english, type Told } from './words.ts';

type Sentence = NonNullable<GatewiseError['sentence']>;

export class ToldError extends GatewiseError {
  readonly told: Told;

  constructor(code: ErrorCode, told: Told) {
    super(code, english(told));
    this.told = told;
  }
}

/** What the page says of a failure: the engine's sentence with its gaps, where it has come so. */
export function toldOf(error: GatewiseError): Told {
  if (error instanceof ToldError) return error.told;
  return error.sentence === null ? error.message : inPieces(error.sentence);
}

/** The engine's words as the page's. */
function inPieces({ strings, values }: Sentence): Told {
  const said = values.map((value) => (typeof value === 'object' ? inPieces(value) : value));
  return { strTag: true, strings, values: said };
}
