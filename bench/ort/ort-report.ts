/** `--ort`: predictions of gatewise and of ONNX Runtime Web with the same weights, in turns. */
import { describeConfig } from '../configs.ts';
import type { Host, Hosts } from '../host.ts';
import { detail, stage } from '../progress.ts';
import type { Config } from '../protocol.ts';
import { type Report, titleAt } from '../sections.ts';
import { ratioOf, summarize } from '../statistics.ts';
import { figures, type Rows } from '../table.ts';
import { named, rotated } from '../turns.ts';
import { PREDICTORS, type PredictorIntroduction, type PredictorName } from './predictor.ts';

/** Outputs must agree to this, relative to 1 + |y|: float32 sums in another order. */
const OUTPUT_TOLERANCE = 1e-4;
const WARM_UPS = 1;
const ROUNDS = 9;
/** About how long a round of one engine takes, ms. */
const ROUND_MS = 300;

export interface PredictorResults extends PredictorIntroduction {
  readonly name: PredictorName;
  /** ms per batch, one per round */
  readonly rounds: readonly number[];
}

interface OrtResults {
  readonly config: Config;
  readonly predictors: readonly PredictorResults[];
}

const NOTE =
  `Inference only. The model is written as ONNX by gatewise itself; outputs of batch 0 agree within ${OUTPUT_TOLERANCE} * (1 + |y|). ` +
  'One call per batch, each waited for, arrays in and arrays out. ratio: the other / gatewise, over 1 where gatewise is faster.';

/** @throws Error when an engine fails, or predicts something else than gatewise */
export async function ortReport(configs: readonly Config[], hosts: Hosts, suffix: string): Promise<Report> {
  const results: OrtResults[] = [];
  for (const config of configs) {
    stage(`${config.name}: predictions`);
    const host = await hosts.open();
    try {
      results.push({ config, predictors: await predictAt(config, host) });
    } finally {
      await host.close();
    }
  }
  const remarks = results.flatMap(({ predictors }) =>
    predictors.flatMap(({ name, engine, note }) => `- ${name}: ${engine}${note === '' ? '' : `; ${note}`}`),
  );
  const shapes = results.map(({ config }) => `- ${describeConfig(config)}`);
  const section = {
    id: `ort${suffix}`,
    title: titleAt('Predict against ONNX Runtime Web', suffix),
    about: `${shapes.join('\n')}\n\n${[...new Set(remarks)].join('\n')}`,
    blocks: [NOTE, predictorRows(results)],
  };
  return { sections: [section], data: results };
}

async function predictAt(config: Config, host: Host): Promise<PredictorResults[]> {
  const introductions = new Map<PredictorName, PredictorIntroduction>();
  for (const name of PREDICTORS) {
    detail(`${config.name}: loading ${name}`);
    const introduction = await named(name, async () => {
      await host.load(name);
      return host.call(name, 'prepare', config);
    });
    introductions.set(name, introduction);
    checkOutputs(name, introduction.output, introductions.get(PREDICTORS[0])?.output ?? []);
  }
  const rounds = new Map<PredictorName, number[]>(PREDICTORS.map((name) => [name, []]));
  const batches = new Map<PredictorName, number>();
  for (let round = -WARM_UPS; round < ROUNDS; round++) {
    for (const name of rotated(PREDICTORS, round + WARM_UPS)) {
      detail(`${config.name}: round ${round + 1} of ${ROUNDS}, ${name}`);
      const ms = await named(name, () => host.call(name, 'round', batches.get(name) ?? 1));
      batches.set(name, Math.max(1, Math.min(config.batches, Math.round(ROUND_MS / ms))));
      if (round >= 0) rounds.get(name)?.push(ms);
    }
  }
  return [...introductions].map(([name, introduction]) => ({
    name,
    ...introduction,
    rounds: rounds.get(name) ?? [],
  }));
}

/** @throws Error at the first output that is another */
export function checkOutputs(name: string, outputs: readonly number[], expected: readonly number[]): void {
  const stray = expected.findIndex((value, k) => {
    const difference = Math.abs((outputs[k] ?? Number.NaN) - value);
    return !(difference <= OUTPUT_TOLERANCE * (1 + Math.abs(value)));
  });
  if (outputs.length === expected.length && stray < 0) return;
  const found = stray < 0 ? `${outputs.length} numbers` : `${outputs[stray]} as output ${stray}`;
  const wanted = stray < 0 ? `${expected.length}` : `${expected[stray]}`;
  throw new Error(
    `${name}: it predicts ${found} where gatewise has ${wanted}: it does not compute the same model, its times mean nothing.`,
  );
}

function predictorRows(results: readonly OrtResults[]): Rows {
  const head = [
    'config',
    'engine',
    'ms/batch',
    'quartiles',
    'least',
    'ratio of medians',
    'of pairs',
    'dispatches',
    'falls back to',
  ];
  const rows = results.flatMap(({ config, predictors }) => {
    const [ours] = predictors;
    return predictors.map(({ name, rounds, note, dispatches }, k) => {
      const { median, low, high, least } = summarize(rounds);
      const ratio = k > 0 && ours ? ratioOf(rounds, ours.rounds) : null;
      return [
        config.name,
        name,
        figures(median),
        `${figures(low)} .. ${figures(high)}`,
        figures(least),
        ratio ? ratio.ofMedians.toFixed(2) : '',
        ratio ? ratio.pairs.median.toFixed(2) : '',
        String(dispatches),
        note === '' ? '' : 'CPU',
      ];
    });
  });
  return [head, ...rows];
}
