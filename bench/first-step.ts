/** How long a user waits for the first training step of a page just opened: loading, device, compiling, one step. */
import { checkFirstLoss } from './checks.ts';
import type { Hosts } from './host.ts';
import { detail, stage } from './progress.ts';
import type { Config, ContenderName } from './protocol.ts';
import { named, rotated } from './turns.ts';

/** Since the page began to load, ms. */
export interface FirstStep {
  readonly loadedMs: number;
  readonly readyMs: number;
}

const RUNS = 3;
/** A contender that has taken this long is not asked again, ms. */
const LIMIT_MS = 20_000;

/**
 * Each run in a new browser with a new profile, so that nothing compiled is found again; the browser's own start is
 * not counted. The page comes from the development server, in many small files, which the runs before have made.
 * @returns one or more per contender
 */
export async function firstSteps(
  config: Config,
  hosts: Hosts,
  contenders: readonly ContenderName[],
  expected: number,
): Promise<Map<ContenderName, FirstStep[]>> {
  stage(`${config.name}: first steps`);
  const times = new Map(contenders.map((name): [ContenderName, FirstStep[]] => [name, []]));
  for (let run = 0; run < RUNS; run++) {
    for (const name of rotated(contenders, run)) {
      const before = times.get(name) ?? [];
      if (before.reduce((sum, { readyMs }) => sum + readyMs, 0) > LIMIT_MS) continue;
      detail(`${config.name}: first step ${run + 1} of ${RUNS}, ${name}`);
      before.push(await named(name, () => firstStep({ ...config, batches: 1 }, hosts, name, expected)));
    }
  }
  return times;
}

async function firstStep(
  config: Config,
  hosts: Hosts,
  name: ContenderName,
  expected: number,
): Promise<FirstStep> {
  const host = await hosts.open();
  try {
    await host.load(name);
    const { firstLoss, loadedMs, readyMs } = await host.call(name, 'prepare', config);
    checkFirstLoss(name, firstLoss, expected);
    return { loadedMs, readyMs };
  } finally {
    await host.close();
  }
}
