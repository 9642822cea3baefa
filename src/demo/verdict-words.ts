/** What the engine's studies print, as the page says it: the verdicts, the rule they follow, and what none of them says. */
import type { Verdict } from '../engine/explain/index.ts';
import { msg } from './words.ts';

export function verdictWord(verdict: Verdict): string {
  switch (verdict) {
    case 'used':
      return msg('used');
    case 'not used':
      return msg('not used');
    case 'cannot tell':
      return msg('cannot tell');
  }
}

/** VERDICT_RULE of the engine. */
export function verdictRule(): string {
  return msg(
    'A place (one feature, one lag) is "not used" if for every seed what permuting it adds to the error (the mean over the permutations) lies inside the null band, and its sensitivity, the mean over the seeds, is below that of the shadow column at its largest lag; it is "used" if for every seed the change lies outside the band; else nobody can tell. The null band reaches from the smallest to the largest change that a single permutation brought in networks trained on shuffled targets and in the lags of the shadow column, a column of pure noise, with at least 10 permutations of each place. A change under 1 % of what permuting the whole window adds counts as inside.',
  );
}

/** CORRELATION_NOTE of the engine. */
export function correlationNote(): string {
  return msg(
    'Neighbouring hours and days are alike, so a network can take from one what another would also tell it: "the network does not use t\u22125" is not "t\u22125 carries no information".',
  );
}
