/**
 * The benchmark: the same model, weights and batches trained by several engines in one headless Chromium, in rounds
 * that take turns, so that whatever else the machine does hits all of them. A time counts only when the engine's first
 * loss is that of the float64 reference and every later one stays with the others'.
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ReferenceModel } from '../src/engine/reference/index.ts';
import { ensureBrowser } from '../tools/lib/browser.mjs';
import { BenchPage } from './frames.ts';
import { type Options, parseOptions } from './options.ts';
import { CONTENDERS, type Config, type ContenderName, type Introduction, type Round } from './protocol.ts';
import { formatMarkdown, formatTable, type Results } from './report.ts';
import { describeMachine } from './surroundings.ts';
import { CONFIG_A, createWork } from './work.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

/** The first losses must agree with the reference to this, relative. */
const FIRST_LOSS_TOLERANCE = 1e-5;
/** Later ones with each other's to this: Adam's epsilon stands in two places, and rounding goes its own ways. */
const LATER_LOSS_TOLERANCE = 0.05;
/** Rounds run and thrown away: compilers and caches warm up. */
const WARM_UP_ROUNDS = 2;

/** @param args after `npm run bench --` @returns exit code */
export async function bench(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (typeof options === 'string') {
    process.stderr.write(`${options}\n`);
    return 2;
  }
  const browser = await ensureBrowser();
  if (browser === null) return 1;
  process.env.GATEWISE_CHROME = browser;
  try {
    const results = await measure(CONFIG_A, options);
    process.stdout.write(`${formatTable(results)}\n`);
    if (options.json !== null) writeFileSync(options.json, `${JSON.stringify(results, null, 2)}\n`);
    if (options.record) {
      writeFileSync(
        `${ROOT}bench/RESULTS.md`,
        formatMarkdown(results, ['npm run bench --', ...args].join(' ')),
      );
    }
    return 0;
  } catch (error) {
    process.stderr.write(`\nThe benchmark failed: ${error instanceof Error ? error.message : error}\n`);
    return 1;
  }
}

/** @throws Error when an engine fails, or computes something else than the others */
async function measure(config: Config, options: Options): Promise<Results> {
  const surroundings = describeMachine(ROOT);
  const expected = referenceLoss(config);
  const page = await BenchPage.open(ROOT);
  try {
    const introductions = new Map<ContenderName, Introduction>();
    const rounds = new Map<ContenderName, Round[]>();
    for (const name of CONTENDERS) {
      progress(`loading ${name}`);
      const introduction = await named(name, async () => {
        await page.load(name);
        return page.call(name, 'prepare', config);
      });
      checkFirstLoss(name, introduction.firstLoss, expected);
      introductions.set(name, introduction);
      rounds.set(name, []);
    }
    for (let round = -WARM_UP_ROUNDS; round < options.rounds; round++) {
      progress(round < 0 ? 'warming up' : `round ${round + 1} of ${options.rounds}`);
      const turn = new Map<ContenderName, Round>();
      for (const name of rotated(CONTENDERS, round + WARM_UP_ROUNDS)) {
        turn.set(name, await named(name, () => page.call(name, 'round')));
      }
      checkLosses(turn);
      if (round < 0) continue;
      for (const [name, times] of turn) rounds.get(name)?.push(times);
    }
    if (options.kernels) progress('timing kernels');
    const kernels = options.kernels
      ? await named('gatewise', () => page.call('gatewise', 'timeKernels'))
      : null;
    progress('');
    return {
      ...surroundings,
      browser: page.browserVersion,
      config,
      referenceLoss: expected,
      contenders: CONTENDERS.map((name) => ({
        name,
        ...(introductions.get(name) as Introduction),
        rounds: rounds.get(name) ?? [],
      })),
      kernels,
    };
  } finally {
    await page.close();
  }
}

/** Loss of batch 0 with the initial weights, in float64. */
function referenceLoss(config: Config): number {
  const { x, y, weights } = createWork(config);
  const { batch, steps, features, units } = config;
  const model = new ReferenceModel(
    [
      {
        kind: 'lstm',
        units,
        activation: 'tanh',
        recurrentActivation: 'sigmoid',
        useBias: true,
        returnSequences: false,
      },
      { kind: 'dense', units: features, activation: 'linear', useBias: true },
    ],
    features,
    weights.map(({ data }) => data),
  );
  const { loss } = model.lossAndGradients(
    { shape: [batch, steps, features], data: x.data.subarray(0, batch * steps * features) },
    { shape: [batch, features], data: y.data.subarray(0, batch * features) },
    'mse',
  );
  return loss;
}

function checkFirstLoss(name: ContenderName, loss: number, expected: number): void {
  const difference = Math.abs(loss - expected) / expected;
  if (difference <= FIRST_LOSS_TOLERANCE) return;
  throw new Error(
    `${name}: the first loss is ${loss}, the float64 reference has ${expected}: it does not compute the same model, its times mean nothing.`,
  );
}

function checkLosses(turn: ReadonlyMap<ContenderName, Round>): void {
  const ours = turn.get('gatewise')?.loss ?? Number.NaN;
  for (const [name, { loss, stepMs }] of turn) {
    if (!(Math.abs(loss - ours) <= LATER_LOSS_TOLERANCE * ours)) {
      throw new Error(
        `${name}: the mean loss of a round is ${loss} where gatewise has ${ours}: they do not train the same model.`,
      );
    }
    if (!(stepMs > 0)) throw new Error(`${name}: a step took ${stepMs} ms, which cannot be.`);
  }
}

/** Every contender is as often first as any other. */
function rotated<T>(items: readonly T[], by: number): T[] {
  const first = by % items.length;
  return [...items.slice(first), ...items.slice(0, first)];
}

async function named<T>(name: ContenderName, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new Error(`${name}: ${error instanceof Error ? error.message : error}`);
  }
}

/** One line on stderr, written over again where it is a terminal. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}
