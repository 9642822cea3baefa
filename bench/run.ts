/** The benchmark: what to measure, where, and what becomes of the results. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ensureBrowser } from '../tools/lib/browser.mjs';
import { type ConfigResults, compareAt } from './compare.ts';
import { compareSections } from './compare-report.ts';
import { configOf } from './configs.ts';
import { dataPathReport } from './data-path/data-path-report.ts';
import { BrowserHosts } from './frames.ts';
import { growthReport } from './growth/growth-report.ts';
import type { Hosts } from './host.ts';
import { kernelsReport } from './kernels/kernels-report.ts';
import { NodeHosts } from './node-host.ts';
import { commandOf, type Mode, type Options, parseOptions, type Where } from './options.ts';
import { ortReport } from './ort/ort-report.ts';
import { planReport } from './plan.ts';
import { endProgress } from './progress.ts';
import type { Config } from './protocol.ts';
import { type Origin, type Report, recordSections, terminalText } from './sections.ts';
import { describeMachine } from './surroundings.ts';

/** What a mode is given: the configs asked for, and where to run. */
interface Task {
  readonly configs: readonly Config[];
  readonly hosts: Hosts;
  readonly options: Options;
  /** Of the ids of its sections: figures of another adapter stand beside those of the software one. */
  readonly suffix: string;
}

const MODES: Readonly<Record<Mode, (task: Task) => Promise<Report>>> = {
  compare,
  plan: ({ configs, hosts }) => planReport(configs, hosts),
  kernels: ({ configs, hosts, suffix }) => kernelsReport(configs, hosts, suffix),
  ort: ({ configs, hosts, suffix }) => ortReport(configs, hosts, suffix),
  growth: ({ options, hosts, suffix }) => growthReport(options.axes, hosts, suffix),
  'data-path': ({ options, suffix }) => dataPathReport(options.where !== 'node', suffix),
};

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const RESULTS = `${ROOT}bench/RESULTS.md`;

/** @param args after `npm run bench --` @returns exit code */
export async function bench(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (typeof options === 'string') {
    process.stderr.write(`${options}\n`);
    return 2;
  }
  const { where, mode, json, record } = options;
  const machine = describeMachine(ROOT);
  let hosts: Hosts | null = null;
  try {
    hosts = await hostsFor(where);
    if (hosts === null) return 1;
    const origin: Origin = {
      ...machine,
      command: commandOf(args),
      host: hosts.description,
    };
    const configs = options.configs.map(configOf);
    const suffix = where === 'browser' ? '' : `-${where}`;
    const report = await MODES[mode]({ configs, hosts, options, suffix });
    endProgress();
    process.stdout.write(`${terminalText(report.sections)}\n`);
    if (json !== null)
      writeFileSync(json, `${JSON.stringify({ ...origin, mode, results: report.data }, null, 2)}\n`);
    if (record) {
      writeFileSync(RESULTS, recordSections(readFileSync(RESULTS, 'utf8'), report.sections, origin));
      for (const { path, text } of report.files ?? []) writeFileSync(`${ROOT}${path}`, text);
    }
    return 0;
  } catch (error) {
    endProgress();
    process.stderr.write(`The benchmark failed: ${error instanceof Error ? error.message : error}\n`);
    return 1;
  } finally {
    await hosts?.close();
  }
}

/** @returns null where there is no browser, which has been said then */
async function hostsFor(where: Where): Promise<Hosts | null> {
  if (where === 'node') return NodeHosts.start();
  const browser = await ensureBrowser();
  if (browser === null) return null;
  process.env.GATEWISE_CHROME = browser;
  return BrowserHosts.start(ROOT, where === 'browser-gpu');
}

async function compare({ configs, hosts, options, suffix }: Task): Promise<Report> {
  const { contenders, rounds, where } = options;
  const results: ConfigResults[] = [];
  for (const config of configs) {
    try {
      results.push(await compareAt(config, hosts, { contenders, rounds, timesFirstSteps: where !== 'node' }));
    } catch (error) {
      // What has been measured so far may have taken an hour.
      if (results.length > 0) process.stdout.write(`${terminalText(compareSections(results, suffix))}\n\n`);
      throw error;
    }
  }
  return { sections: compareSections(results, suffix), data: results };
}
