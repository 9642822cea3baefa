/** Why a place has its verdict, in words: the rule of `verdict.ts` applied to what a study has measured of it. */
import { isInside, type LagFinding, type LagStudy } from '../../engine/explain/index.ts';
import { formatChangeIn, formatCount } from '../format.ts';
import { verdictWord } from '../verdict-words.ts';
import { msg, str } from '../words.ts';
import { lagLabel, placeWords } from './lag-words.ts';

type Measured = Pick<LagStudy, 'wholeWindow' | 'shadowSensitivity' | 'nullLow' | 'nullHigh'>;

/** What decided, without the name of the place and without the verdict. */
export function verdictWhy(finding: LagFinding, study: Measured, unit: string): string {
  const { perSeed, sensitivity } = finding;
  const band = { low: study.nullLow, high: study.nullHigh };
  const within = perSeed.filter((effect, seed) =>
    isInside(effect, study.wholeWindow[seed] ?? 0, band),
  ).length;
  const all = formatCount(perSeed.length);
  if (within === 0) return msg(str`outside the null band for all ${all} seeds`);
  if (within < perSeed.length)
    return msg(
      str`outside the null band for ${formatCount(perSeed.length - within)} of ${all} seeds, inside it or too small for ${formatCount(within)}`,
    );
  const noise = study.shadowSensitivity.reduce((sum, one) => sum + one, 0) / perSeed.length;
  const [own, shadow] = [formatChangeIn(sensitivity, unit), formatChangeIn(noise, unit)];
  return finding.verdict === 'not used'
    ? msg(
        str`inside the null band or too small for all ${all} seeds, and the forecast follows it less than the shadow column, ${own} against ${shadow}`,
      )
    : msg(
        str`inside the null band or too small for all ${all} seeds, but the forecast follows it no less than the shadow column, ${own} against ${shadow}`,
      );
}

/** `t−5 of wind: not used. Inside the null band ...` @param isDone false while permutations are still being added */
export function verdictSentence(
  finding: LagFinding,
  study: Measured,
  { unit, isDone }: { readonly unit: string; readonly isDone: boolean },
): string {
  const place = placeWords(lagLabel(finding.lag), finding.feature);
  const [verdict, why] = [verdictWord(finding.verdict), verdictWhy(finding, study, unit)];
  return isDone
    ? msg(str`${place}: ${verdict}, because it is ${why}.`)
    : msg(str`${place}, so far: ${verdict}, because it is ${why}. More permutations can still change it.`);
}
