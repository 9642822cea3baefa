/** In which language a sentence is told: what the engine itself says stays English, and is marked so that it is read out as English. */
import { nothing } from 'lit';
import { english, say, type Told } from '../words.ts';

/** The `lang` of an element that says it. */
export function langOf(words: Told): 'en' | typeof nothing {
  return say(words) === english(words) ? 'en' : nothing;
}
