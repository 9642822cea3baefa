/** Sections of the comparison: training step, predict, first step, and what a step costs beside its time. */
import { FIRST_LOSS_TOLERANCE, NEXT_LOSS_TOLERANCE } from './checks.ts';
import type { ConfigResults, Measured } from './compare.ts';
import { describeConfig } from './configs.ts';
import type { Round } from './protocol.ts';
import { type Section, titleAt } from './sections.ts';
import { ratioOf, summarize } from './statistics.ts';
import { figures, type Rows } from './table.ts';

type Time = 'stepMs' | 'fitMs' | 'predictMs';

const OURS = 'gatewise';
const MIB = 1 << 20;

/** @param suffix of the sections' ids and titles, for runs elsewhere than on the software adapter */
export function compareSections(results: readonly ConfigResults[], suffix: string): Section[] {
  const about = `${configList(results)}\n\n${engineList(results)}`;
  const section = (id: string, title: string, ...blocks: Section['blocks']): Section => ({
    id: `${id}${suffix}`,
    title: titleAt(title, suffix),
    about,
    blocks,
  });
  const sections = [
    section(
      'training',
      'Training step',
      trainingNote(),
      timeRows(results, 'stepMs', true),
      ...ratios(results, 'stepMs'),
    ),
    section('fit', 'fit, per batch', FIT_NOTE, timeRows(results, 'fitMs'), ...ratios(results, 'fitMs')),
    section(
      'predict',
      'predict, per batch',
      PREDICT_NOTE,
      timeRows(results, 'predictMs'),
      ...ratios(results, 'predictMs'),
    ),
    section('step-costs', 'What a step costs beside its time', COSTS_NOTE, costRows(results)),
  ];
  if (results.some(({ contenders }) => contenders.some(({ firstSteps }) => firstSteps.length > 0))) {
    sections.push(
      section('first-step', 'First step after a fresh page', FIRST_STEP_NOTE, firstStepRows(results)),
    );
  }
  return sections;
}

function trainingNote(): string {
  return (
    'Data on the device already; MSE, Adam. Each time is the mean over the steps of one round. First losses within ' +
    `${FIRST_LOSS_TOLERANCE} of float64, the two after them within ${NEXT_LOSS_TOLERANCE} of each other (Adam's epsilon has two places). A contender that needs long makes fewer steps in fewer rounds.`
  );
}
const FIT_NOTE =
  'A whole call of fit (model.fit in TensorFlow.js, which never yields here) over the batches, divided by their number: from arrays to the last loss.';
const PREDICT_NOTE =
  'A whole call of predict over the batches, divided by their number: from arrays to arrays. Streaming configs wait for each batch.';
const COSTS_NOTE =
  'JS (the median of all submissions): for gatewise from making a command encoder to the submit of its commands, divided by the steps in them (all that is done for a step; what a fit does once is not in it), for TensorFlow.js on webgpu the whole training loop up to its first await (where it waits for the GPU process, that is in it). ' +
  'Dispatches and submits: counted in the methods of WebGPU itself, of each further step. Live bytes: the most held at a time in buffers not destroyed, through the first three steps with their data; for TensorFlow.js without a GPU all tensors at the end of a forward pass.';
const FIRST_STEP_NOTE =
  'From the beginning of loading the page to the loss of the first step, in a new browser with a new profile each time: nothing compiled is found again. The files come from a development server.';

function configList(results: readonly ConfigResults[]): string {
  return results.map(({ config }) => `- ${describeConfig(config)}`).join('\n');
}

function engineList(results: readonly ConfigResults[]): string {
  const engines = new Set(
    results.flatMap(({ contenders }) => contenders.map(({ name, engine }) => `- ${name}: ${engine}`)),
  );
  return [...engines].join('\n');
}

function timeRows(results: readonly ConfigResults[], time: Time, withLoss = false): Rows {
  const rows = everyContender(results, ({ name, rounds, firstLoss }, config) => {
    const { median, low, high, least } = summarize(timesOf(rounds, time));
    const cells = [config, name, figures(median), `${figures(low)} .. ${figures(high)}`, figures(least)];
    const amount = `${rounds.length} x ${rounds[0]?.batches ?? 0}`;
    return [...cells, amount, ...(withLoss ? [firstLoss.toPrecision(7)] : [])];
  });
  const head = ['config', 'contender', 'ms', 'quartiles', 'least', 'rounds x batches'];
  return [[...head, ...(withLoss ? ['first loss'] : [])], ...rows];
}

/** No table where there is nobody to compare with. */
function ratios(results: readonly ConfigResults[], time: Time): Rows[] {
  const rows = results.flatMap(({ config, contenders }) => {
    const ours = contenders.find(({ name }) => name === OURS);
    if (!ours) return [];
    return contenders
      .filter((other) => other !== ours)
      .map(({ name, rounds }) => {
        const { ofMedians, pairs } = ratioOf(timesOf(rounds, time), timesOf(ours.rounds, time));
        return [
          config.name,
          `${name} / ${OURS}`,
          figures(ofMedians),
          figures(pairs.median),
          `${figures(pairs.low)} .. ${figures(pairs.high)}`,
        ];
      });
  });
  if (rows.length === 0) return [];
  const head = ['config', `ratio (over 1: ${OURS} is faster)`, 'of medians', 'median of pairs', 'quartiles'];
  return [[head, ...rows]];
}

function costRows(results: readonly ConfigResults[]): Rows {
  const rows = results.flatMap(({ config, contenders }) => {
    const ours = contenders.find(({ name }) => name === OURS);
    return contenders.map(({ name, rounds, counts, liveBytes }) => {
      const js = rounds.flatMap(({ jsMs }) => jsMs);
      return [
        config.name,
        name,
        js.length > 0 ? figures(summarize(js).median) : '-',
        counts ? String(counts.dispatches) : '-',
        counts ? String(counts.submits) : '-',
        (liveBytes / MIB).toFixed(2),
        ours ? (liveBytes / ours.liveBytes).toFixed(2) : '-',
      ];
    });
  });
  const head = ['config', 'contender', 'JS ms/step', 'dispatches', 'submits', 'live MiB', `/ ${OURS}`];
  return [head, ...rows];
}

function firstStepRows(results: readonly ConfigResults[]): Rows {
  const seconds = (ms: number): string => (ms / 1000).toFixed(2);
  const rows = everyContender(results, ({ name, firstSteps }, config) => {
    const ready = firstSteps.map(({ readyMs }) => readyMs);
    const loaded = firstSteps.map(({ loadedMs }) => loadedMs);
    return [
      config,
      name,
      seconds(summarize(ready).median),
      ready.map(seconds).join(', '),
      seconds(summarize(loaded).median),
    ];
  });
  return [['config', 'contender', 's, median', 'each', 'its modules loaded'], ...rows];
}

function everyContender(
  results: readonly ConfigResults[],
  row: (measured: Measured, config: string) => readonly string[],
): Rows {
  return results.flatMap(({ config, contenders }) =>
    contenders.map((measured) => row(measured, config.name)),
  );
}

function timesOf(rounds: readonly Round[], time: Time): number[] {
  return rounds.map((round) => round[time]);
}
