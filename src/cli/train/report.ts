/** The result of a training: for people a table, for programs one JSON object. */
import type { Sequential } from '../../engine/index.ts';
import { alignColumns, formatNumber, plural } from '../text.ts';
import type { FitResult } from './fit.ts';
import type { LoadedData } from './load-data.ts';
import type { TrainOptions } from './options.ts';
import type { TargetScores } from './scoring.ts';

export interface TrainResult extends FitResult {
  readonly device: string;
  readonly model: Sequential;
  readonly data: LoadedData;
  readonly test: ReadonlyMap<string, TargetScores>;
  readonly dispatchesPerStep: number;
}

/**
 * The object of --json. Losses are in scaled units, errors in the target's; with several targets an epoch's mae is over
 * all of them in scaled units, because they have no unit in common.
 */
export function jsonReport(result: TrainResult, options: TrainOptions): object {
  const { device, model, data, logs, bestEpoch, test, msPerStep, dispatchesPerStep } = result;
  const { series, split } = data;
  const scale = series.targets.length === 1 ? (split.scaling.targets.scale[0] ?? 1) : 1;
  const [only, ...others] = test.values();
  const { window, samplingRate, horizon, seed } = options;
  return {
    device,
    model: {
      layers: model.layers.map((layer) => ({ class: layer.className, ...layer.getConfig() })),
      parameters: model.countParams(),
      inputs: series.columns,
      targets: series.targets,
      window,
      samplingRate,
      horizon,
      seed,
    },
    epochs: logs.map(({ loss, val_loss, mae, val_mae }, i) => ({
      epoch: i + 1,
      loss,
      val_loss,
      mae: mae * scale,
      val_mae: val_mae === undefined ? undefined : val_mae * scale,
    })),
    bestEpoch: bestEpoch === null ? null : bestEpoch + 1,
    test: others.length === 0 ? only : { targets: Object.fromEntries(test) },
    msPerStep,
    dispatchesPerStep,
    out: options.out,
  };
}

/** Lines of the table at the end. */
export function reportLines(result: TrainResult, options: TrainOptions): string[] {
  const { device, data, logs, bestEpoch, test, msPerStep, dispatchesPerStep } = result;
  const lines: string[] = [];
  for (const [target, scores] of test) {
    lines.push(
      testTitle(target, data),
      ...table(scores).map((line) => `  ${line}`),
      skillInWords(scores),
      '',
    );
  }
  const epochs =
    bestEpoch === null
      ? plural(logs.length, 'epoch')
      : `${plural(logs.length, 'epoch')}, the weights of epoch ${bestEpoch + 1} kept`;
  lines.push(
    ...alignPairs([
      ['trained', epochs],
      ['device', device],
      ['speed', `${formatNumber(msPerStep)} ms per step, ${dispatchesPerStep} dispatches per step`],
      ['file', options.out ?? 'none (--out model.keras writes one)'],
    ]),
  );
  return lines;
}

function testTitle(target: string, { series, split, units }: LoadedData): string {
  const rows = split.test.targetRows;
  const unit = units[target] === undefined ? '' : ` in ${units[target]}`;
  const [from, to] = [rows[0], rows.at(-1)].map((row) => dateText(series.dates?.[row ?? 0]));
  const span = from === undefined ? '' : `, ${from} to ${to}`;
  return `${target}${unit}: error on the test part (${plural(rows.length, 'window')}${span})`;
}

function dateText(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString().slice(0, 10);
}

function table({ mae, rmse, persistence, climatology, ridge }: TargetScores): string[] {
  const row = (name: string, scores: { mae: number; rmse: number } | null): string[] =>
    scores === null ? [name, '-', '-'] : [name, formatNumber(scores.mae), formatNumber(scores.rmse)];
  return alignColumns([
    ['', 'MAE', 'RMSE'],
    row('LSTM', { mae, rmse }),
    row('persistence', persistence),
    row('climatology', climatology),
    row('ridge', ridge),
  ]);
}

function skillInWords({ skill, mae, ridge }: TargetScores): string {
  if (skill === null) return '  Persistence makes no error here, so there is no skill to state.';
  const gain = `${(skill * 100).toFixed(1)} %`;
  const against = (share: number, name: string): string =>
    `${Math.abs(share * 100).toFixed(1)} % ${share < 0 ? 'above' : 'below'} ${name}`;
  const words = [
    against(skill, 'persistence'),
    ...(ridge.mae > 0 ? [against(1 - mae / ridge.mae, 'ridge')] : []),
  ];
  const verdict = skill > 0 ? '' : ' The value of now would be the better forecast.';
  return `  Skill ${gain}: MAE ${words.join(', ')}.${verdict}`;
}

function alignPairs(pairs: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...pairs.map(([name]) => name.length));
  return pairs.map(([name, text]) => `${name.padEnd(width)}  ${text}`);
}
