/**
 * Engines against each other: the same model, weights and batches trained by each of them, in rounds that take turns,
 * so that whatever else the machine does hits all of them.
 */
import { checkFirstLoss, checkNextLosses, checkRound, referenceLoss } from './checks.ts';
import { type FirstStep, firstSteps } from './first-step.ts';
import type { Host, Hosts } from './host.ts';
import { detail, stage } from './progress.ts';
import type { Config, ContenderName, Introduction, Round, StepCounts, WarmUp } from './protocol.ts';
import { type Schedule, SLOW_MS, scheduleOf, WARM_UP_ROUNDS } from './schedule.ts';
import { named, rotated } from './turns.ts';

/** What was measured of one contender at one config. */
export interface Measured extends Introduction, WarmUp {
  readonly name: ContenderName;
  readonly counts: StepCounts | null;
  readonly rounds: readonly Round[];
  /** In a new browser each; none in Node. */
  readonly firstSteps: readonly FirstStep[];
}

export interface ConfigResults {
  readonly config: Config;
  /** Loss of batch 0 in float64. */
  readonly referenceLoss: number;
  readonly contenders: readonly Measured[];
}

export interface CompareOptions {
  readonly contenders: readonly ContenderName[];
  /** The most rounds; null: what suits a config. */
  readonly rounds: number | null;
  /** Whether first steps are measured, in hosts of their own. */
  readonly timesFirstSteps: boolean;
}

interface Ready {
  readonly introduction: Introduction;
  readonly warmUp: WarmUp;
  readonly counts: StepCounts | null;
  readonly schedule: Schedule;
}

/** @throws Error when an engine fails, or computes something else than the others */
export async function compareAt(
  config: Config,
  hosts: Hosts,
  { contenders, rounds, timesFirstSteps }: CompareOptions,
): Promise<ConfigResults> {
  stage(`${config.name}: float64 reference`);
  const expected = referenceLoss(config);
  const measured = await measureRounds(config, hosts, contenders, rounds, expected);
  const first = timesFirstSteps ? await firstSteps(config, hosts, contenders, expected) : null;
  return {
    config,
    referenceLoss: expected,
    contenders: measured.map((one) => ({ ...one, firstSteps: first?.get(one.name) ?? [] })),
  };
}

async function measureRounds(
  config: Config,
  hosts: Hosts,
  contenders: readonly ContenderName[],
  rounds: number | null,
  expected: number,
): Promise<Omit<Measured, 'firstSteps'>[]> {
  const host = await hosts.open();
  try {
    const ready = new Map<ContenderName, Ready>();
    for (const name of contenders) {
      stage(`${config.name}: loading and warming up ${name}`);
      ready.set(name, await named(name, () => prepare(host, name, config, expected, rounds)));
    }
    checkNextLosses(new Map([...ready].map(([name, { warmUp }]) => [name, warmUp])));
    stage(`${config.name}: rounds`);
    const measured = await runRounds(host, config, ready);
    return [...ready].map(([name, { introduction, warmUp, counts }]) => ({
      name,
      ...introduction,
      ...warmUp,
      counts,
      rounds: measured.get(name) ?? [],
    }));
  } finally {
    await host.close();
  }
}

async function prepare(
  host: Host,
  name: ContenderName,
  config: Config,
  expected: number,
  rounds: number | null,
): Promise<Ready> {
  await host.load(name);
  const introduction = await host.call(name, 'prepare', config);
  checkFirstLoss(name, introduction.firstLoss, expected);
  const warmUp = await host.call(name, 'warmUp');
  const counts = await host.call(name, 'countStep');
  let schedule = scheduleOf(config, warmUp.stepMs, rounds);
  for (let round = 0; round < WARM_UP_ROUNDS && warmUp.stepMs < SLOW_MS; round++) {
    const { stepMs } = await host.call(name, 'round', schedule.batches);
    schedule = scheduleOf(config, stepMs, rounds);
  }
  return { introduction, warmUp, counts, schedule };
}

async function runRounds(
  host: Host,
  config: Config,
  ready: ReadonlyMap<ContenderName, Ready>,
): Promise<Map<ContenderName, Round[]>> {
  const measured = new Map([...ready.keys()].map((name): [ContenderName, Round[]] => [name, []]));
  const rounds = Math.max(...[...ready.values()].map(({ schedule }) => schedule.rounds));
  for (let round = 0; round < rounds; round++) {
    for (const name of rotated([...ready.keys()], round)) {
      const { schedule } = ready.get(name) as Ready;
      if (round >= schedule.rounds) continue;
      detail(`${config.name}: round ${round + 1} of ${rounds}, ${name}`);
      const result = await named(name, () => host.call(name, 'round', schedule.batches));
      checkRound(name, result);
      measured.get(name)?.push(result);
    }
  }
  return measured;
}
