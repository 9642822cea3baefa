/** docs/lag-lab.md: tables of what was measured, and for each thing the lag lab promises whether it held. */

import { CORRELATION_NOTE, type LagStudy, truePlaces, VERDICT_RULE } from '../../src/engine/explain/index.ts';
import { PLANTED } from '../../src/engine/index.ts';
import { type MethodGrade, MOST_MISSING, PATH_WINDOWS } from './measure.ts';
import { NOAA_TARGET, type PlantedPart, type Settings, seriesOf } from './recipes.ts';
import type { Origin, Results } from './results.ts';

export function reportText(results: Results): string {
  return [
    '# The lag lab, measured',
    'Made by `node tools/lag-lab.mjs`; each part can be made again by its name, such as `node tools/lag-lab.mjs lag-3`. What was measured lies in [lag-lab](lag-lab), a file for each part.',
    `**The rule.** ${VERDICT_RULE}`,
    CORRELATION_NOTE,
    ...planted(results, 'lag-3'),
    ...planted(results, 'lag-3-page', ', with the page\u2019s own settings'),
    ...planted(results, 'difference-24'),
    ...planted(results, 'remember-20'),
    ...noise(results),
    ...weather(results, 'seattle', 'Seattle, next day\u2019s maximum'),
    ...weather(results, 'noaa', `Hourly NOAA series, ${NOAA_TARGET} of the next hour`),
    ...time(results),
    '',
  ].join('\n\n');
}

function planted(results: Results, part: Exclude<PlantedPart, 'noise'>, how = ''): string[] {
  const result = results[part];
  const { formula, truth: lags } = PLANTED[seriesOf(part)];
  const study = result?.measured.studies[0];
  if (!result || !study) return [];
  const { settings, origin, measured } = result;
  const truth = truePlaces(lags);
  const isTrue = ({ lag, feature }: { lag: number; feature: string }): boolean =>
    truth.some((place) => place.lag === lag && place.feature === feature);
  const others = study.findings.filter((finding) => !isTrue(finding));
  const notUsed = others.filter(({ verdict }) => verdict === 'not used').length;
  const used = study.findings.filter((finding) => isTrue(finding) && finding.verdict === 'used').length;
  const wronglyUsed = others.filter(({ verdict }) => verdict === 'used').length;
  const firstFor = measured.methods
    .filter(({ method }) => method === 'permutation' || method === 'integrated gradients')
    .map(
      ({ method, ranks }) => `${method} ${ranks.filter((own) => Math.max(...own) <= truth.length).length}`,
    );
  return [
    `## ${formula}${how}`,
    facts(settings, origin, study, measured.seconds),
    [
      `- True lags called "used": ${used} of ${truth.length}; others called "used": ${wronglyUsed} of ${others.length}. ${held('all true ones and no other', used === truth.length && wronglyUsed === 0)}`,
      `- Others called "not used": ${notUsed} of ${others.length}. ${part === 'lag-3' ? `${held('at least 9 of 11', notUsed >= 9)} ` : ''}${quietText(others, study)}`,
      `- Seeds (of ${study.seeds}) in which the true lags come first: ${firstFor.join(', ')}.`,
      `- ${sumsText(measured.methods)}`,
    ].join('\n'),
    gradesTable(measured.methods),
    ...jumpText(measured.methods),
    findingsTable(study),
  ];
}

/** For how many places the sensitivity allows "not used", and for how many it would in every single seed. */
function quietText(others: LagStudy['findings'], { shadowSensitivity }: LagStudy): string {
  const inEach = others.filter(({ sensitivityPerSeed }) =>
    sensitivityPerSeed.every((own, s) => own < (shadowSensitivity[s] ?? 0)),
  );
  const inMean = others.filter(({ sensitivity }) => sensitivity < mean(shadowSensitivity));
  return `Their sensitivity is below the shadow column\u2019s for ${inMean.length}, as a mean over the seeds, and in every single seed for ${inEach.length}.`;
}

function noise({ noise: result }: Results): string[] {
  if (!result) return [];
  const { runs, settings, origin } = result;
  const places = runs.flatMap(({ verdicts }) => Object.entries(verdicts));
  const total = (verdict: string): number =>
    places.reduce((sum, [own, count]) => sum + (own === verdict ? count : 0), 0);
  const withUsed = runs.filter(({ used }) => used.length > 0);
  return [
    `## ${PLANTED.noise.formula}`,
    `${settingsText(settings)} ${originText(origin)}`,
    [
      `- Runs with a place called "used": ${withUsed.length} of ${runs.length}. ${held('none of 20', runs.length >= 20 && withUsed.length === 0)}`,
      `- Places of all runs: ${total('not used')} not used, ${total('cannot tell')} cannot tell, ${total('used')} used.`,
    ].join('\n'),
  ];
}

function weather(results: Results, id: 'seattle' | 'noaa', title: string): string[] {
  const result = results[id];
  const [first, second] = result?.measured.studies ?? [];
  if (!result || !first || !second) return [];
  const pairs = first.findings.map((finding, k) => [finding, second.findings[k] ?? finding] as const);
  const changed = pairs.filter(([a, b]) => a.verdict !== b.verdict);
  const turned = changed.filter(([a, b]) => ![a.verdict, b.verdict].includes('cannot tell'));
  const unsure = pairs.filter(([a, b]) => [a.verdict, b.verdict].includes('cannot tell'));
  const share = (count: number): string => `${count} of ${pairs.length} (${percent(count / pairs.length)})`;
  const [newest, again] = pairs.find(([{ lag, feature }]) => lag === 1 && feature === NOAA_TARGET) ?? [];
  const isUsed = newest?.verdict === 'used' && again?.verdict === 'used';
  const newestLine = newest
    ? [
        `- Lag 1 of the target itself: ${newest.verdict} on the first half, ${again?.verdict} on the second. ${held('used', isUsed)}`,
      ]
    : [];
  return [
    `## ${title}`,
    facts(result.settings, result.origin, first, result.measured.seconds),
    [
      'Verdicts of the same networks on two disjoint halves of the test part:',
      '',
      `- From "used" to "not used" or back: ${share(turned.length)}. ${held('none', turned.length === 0)}`,
      `- Changed at all: ${share(changed.length)}. ${held('at most 20 %', changed.length <= pairs.length / 5)}`,
      `- "Cannot tell" on the first half: ${share(count(first, 'cannot tell'))}, on the second: ${share(count(second, 'cannot tell'))}, on either: ${share(unsure.length)}. ${held(
        'at most half on each',
        [first, second].every((half) => count(half, 'cannot tell') <= pairs.length / 2),
      )}`,
      ...newestLine,
    ].join('\n'),
    verdictTable(first, second),
  ];
}

function count({ findings }: LagStudy, verdict: string): number {
  return findings.filter((finding) => finding.verdict === verdict).length;
}

function time({ time: result }: Results): string[] {
  if (!result) return [];
  const { timing, origin } = result;
  const { together, alone, networks, epochs, dispatches, atOnce, inTurn, methods, windows } = timing;
  const list = (values: readonly number[]): string => values.map((value) => value.toFixed(2)).join(', ');
  const sum = methods.reduce((total, { seconds }) => total + seconds, 0);
  return [
    '## Time',
    originText(origin),
    [
      `- ${networks} networks side by side, ${epochs} epochs of Seattle: ${list(together)} s; one after the other: ${list(alone)} s. ${held('no longer side by side', mean(together) <= mean(alone))}`,
      `- Dispatches of a training step: ${dispatches.together} side by side, ${dispatches.alone} alone. ${held('as many', dispatches.together === dispatches.alone)}`,
      `- Methods that train nothing, one network over all ${windows} test windows of Seattle, on a device that has compiled nothing of theirs: ${list(atOnce)} s side by side, ${list(inTurn)} s one after the other. ${held('under 10 s together', Math.max(...atOnce) < 10)}`,
      `- Each alone, one after the other, kernels compiled: ${sum.toFixed(1)} s together.`,
    ].join('\n'),
    table(
      ['method alone', 'seconds'],
      methods.map(({ method, seconds }) => [method, seconds.toFixed(2)]),
    ),
  ];
}

function facts(
  settings: Settings,
  origin: Origin,
  study: LagStudy,
  seconds: { readonly training: number; readonly measuring: number },
): string {
  const [least, most] = [Math.min(...study.rmse), Math.max(...study.rmse)];
  return `${settingsText(settings)} Test error ${number(least)} to ${number(most)} over the seeds, permuting the whole window adds ${number(mean(study.wholeWindow))}; null band ${number(study.nullLow)} to ${number(study.nullHigh)}; ${study.windows} windows, ${study.repeats} permutations of each place. ${seconds.training.toFixed(0)} s of training, ${seconds.measuring.toFixed(0)} s of measuring. ${originText(origin)}`;
}

function settingsText(settings: Settings): string {
  const { units, dropout, window, optimizer, learningRate, momentum, batchSize, epochs, patience, seeds } =
    settings;
  const how = `${optimizer} ${learningRate}${momentum === undefined ? '' : ` with momentum ${momentum}`}`;
  return `LSTM(${units})${dropout === undefined ? '' : ` and dropout ${dropout}`}, windows of ${window}, ${how}, batches of ${batchSize}, up to ${epochs} epochs, patience ${patience}, ${seeds} seeds and as many on shuffled targets.`;
}

function originText({ date, device, load }: Origin): string {
  return `(${date}, ${device}, load ${load.toFixed(1)})`;
}

/** Whether integrated gradients add up, and of how many windows not. */
function sumsText(methods: readonly MethodGrade[]): string {
  const { residual, missing = [] } = methods.find(({ method }) => method === 'integrated gradients') ?? {};
  const largest = residual ?? 0;
  const windows = missing.reduce((sum, one) => sum + one, 0);
  const networks = missing.filter((one) => one > 0).length;
  const where =
    windows === 0
      ? ''
      : `, more than 1e-3 in ${windows} of ${missing.length * PATH_WINDOWS} windows, of ${networks} of ${missing.length} networks`;
  return `Integrated gradients of a window miss at most ${largest.toExponential(1)} of the change that they should add up to${where}. ${held('at most 1e-3', largest <= MOST_MISSING)}`;
}

/** Why not, where they do not. */
function jumpText(methods: readonly MethodGrade[]): string[] {
  const residual = methods.find(({ method }) => method === 'integrated gradients')?.residual ?? 0;
  if (residual <= MOST_MISSING) return [];
  return [
    'A network that holds a value over many rows by switching between two states jumps somewhere on the way from the baseline. The way is cut finer there, until its parts add up, in float64 where a jump is so steep, a whole standard deviation within a few hundred float32 numbers of the way, that their rounding is no longer small beside it. What is still missing is missing where a jump is too steep for float64 too, or where that would have taken more than some ten seconds of a processor. Networks that have learned to hold the value itself have no jump.',
  ];
}

function gradesTable(methods: readonly MethodGrade[]): string {
  const shown = (values: readonly (number | null)[]): string => {
    const known = values.filter((value) => value !== null);
    return known.length === 0 ? 'none' : mean(known).toFixed(2);
  };
  return table(
    ['method', 'precision', 'recall', 'worst rank of a true lag', 'residual'],
    methods.map(({ method, grades, ranks, residual }) => [
      method,
      shown(grades.map(({ precision }) => precision)),
      shown(grades.map(({ recall }) => recall)),
      String(Math.max(...ranks.flat())),
      residual === null ? '' : residual.toExponential(1),
    ]),
  );
}

function findingsTable(study: LagStudy): string {
  return table(
    ['lag', 'feature', 'effect, mean', 'least', 'most', 'sensitivity', 'seeds below the shadow', 'verdict'],
    study.findings.map(({ lag, feature, value, perSeed, sensitivity, sensitivityPerSeed, verdict }) => [
      String(lag),
      feature,
      number(value),
      number(Math.min(...perSeed)),
      number(Math.max(...perSeed)),
      number(sensitivity),
      String(sensitivityPerSeed.filter((own, s) => own < (study.shadowSensitivity[s] ?? 0)).length),
      verdict,
    ]),
  );
}

function verdictTable(first: LagStudy, second: LagStudy): string {
  const at = (study: LagStudy, lag: number, feature: string) =>
    study.findings.find((finding) => finding.lag === lag && finding.feature === feature);
  const short = { used: 'U', 'cannot tell': '?', 'not used': '-' } as const;
  const cell = (lag: number, feature: string): string =>
    [first, second].map((study) => short[at(study, lag, feature)?.verdict ?? 'cannot tell']).join(' ');
  const lags = Array.from({ length: first.window }, (_, k) => k + 1);
  return [
    'U used, ? cannot tell, - not used; first half, second half.',
    table(
      ['feature', ...lags.map(String)],
      first.features.map((feature) => [feature, ...lags.map((lag) => cell(lag, feature))]),
    ),
  ].join('\n\n');
}

/** What the lag lab promises, and whether it was so. */
function held(promise: string, isSo: boolean): string {
  return `(Promised: ${promise}: **${isSo ? 'held' : 'not held'}**.)`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function number(value: number): string {
  return value.toFixed(4);
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
