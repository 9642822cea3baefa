/** Runs the parts of the lag lab that are asked for, and writes docs/lag-lab.md from all that was ever measured. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { type GpuDevice, PLANTED, requestGpu, SEATTLE } from '../../src/engine/index.ts';
import { nodeGpu, releaseNodeGpu } from '../../test/harness/node-gpu.ts';
import { measureSubject } from './measure.ts';
import {
  noaaSubject,
  PLANTED_SETTINGS,
  plantedSubject,
  type Subject,
  seattleSubject,
  seriesOf,
} from './recipes.ts';
import { reportText } from './report.ts';
import { type NoiseRun, type Origin, PARTS, type PartId, ResultFolder, type StudyPart } from './results.ts';
import { measureTiming } from './timing.ts';

export interface LagLabOptions {
  readonly parts: readonly string[];
  /** The hourly NOAA series, as CSV or packed with gzip; null leaves its part out. */
  readonly noaa: string | null;
  readonly results: string;
  readonly report: string;
}

const NOISE_RUNS = 20;
/** Of the series and of the networks. */
const SEED = 1;
const SEATTLE_CSV = fileURLToPath(new URL(`../../dist/data/${SEATTLE.file}`, import.meta.url));
/** Windows of the NOAA test part that are looked at, of each half. */
const NOAA_WINDOWS = 250;

/** @returns exit code */
export async function runLagLab({ parts, noaa, results, report }: LagLabOptions): Promise<number> {
  const unknown = parts.find((part) => !(PARTS as readonly string[]).includes(part));
  if (unknown !== undefined) {
    process.stderr.write(`There is no part "${unknown}". Parts are ${PARTS.join(', ')}.\n`);
    return 2;
  }
  const wanted = PARTS.filter((part) => parts.length === 0 || parts.includes(part));
  // Said before the work of hours that comes first.
  if (wanted.some((part) => part === 'seattle' || part === 'time') && !existsSync(SEATTLE_CSV)) {
    process.stderr.write(
      `There is no ${SEATTLE.file} in dist/data, which Seattle's parts read. Run npm run build first.\n`,
    );
    return 1;
  }
  const folder = new ResultFolder(results);
  const gpu = await requestGpu({ gpu: await nodeGpu() });
  try {
    for (const part of wanted) {
      await runPart(gpu, part, noaa, folder);
      writeFileSync(report, reportText(folder.read()));
    }
  } finally {
    gpu.dispose();
    releaseNodeGpu();
  }
  return 0;
}

async function runPart(
  gpu: GpuDevice,
  part: PartId,
  noaa: string | null,
  folder: ResultFolder,
): Promise<void> {
  const tell = (sentence: string): void => {
    process.stdout.write(`${part}: ${sentence}\n`);
  };
  if (part === 'noise') return runNoise(gpu, folder, tell);
  if (part === 'time') {
    const timing = await measureTiming(gpu, seattleSubject(readFileSync(SEATTLE_CSV)).recipe.split);
    folder.write('time', { origin: originOf(gpu), timing });
    return;
  }
  const subject = subjectOf(part, noaa);
  if (subject === null) {
    tell('left out, --noaa FILE is not given');
    return;
  }
  const measured = await measureSubject(gpu, subject, {
    ...(part === 'seattle' || part === 'noaa' ? { halves: true } : { truth: PLANTED[seriesOf(part)].truth }),
    ...(part === 'noaa' ? { mostWindows: NOAA_WINDOWS } : {}),
    tell,
  });
  folder.write(part, { origin: originOf(gpu), settings: subject.settings, measured });
}

/** Each run with a series and networks of its own; kept after each. */
async function runNoise(gpu: GpuDevice, folder: ResultFolder, tell: (text: string) => void): Promise<void> {
  const runs: NoiseRun[] = [];
  for (let seed = SEED; seed < SEED + NOISE_RUNS; seed++) {
    // Seeds of networks lie apart: those of one run have seeds in a row.
    const { recipe, settings } = plantedSubject('noise', seed * 100);
    const { studies } = await measureSubject(gpu, { recipe, settings }, { tell: () => {} });
    const findings = studies[0]?.findings ?? [];
    const count = (verdict: string): number => findings.filter((own) => own.verdict === verdict).length;
    const used = findings
      .filter(({ verdict }) => verdict === 'used')
      .map(({ lag, feature }) => `${feature} ${lag}`);
    const verdicts = {
      used: used.length,
      'cannot tell': count('cannot tell'),
      'not used': count('not used'),
    };
    runs.push({ seed: seed * 100, used, verdicts });
    tell(`run ${runs.length} of ${NOISE_RUNS}: ${JSON.stringify(verdicts)}`);
    folder.write('noise', { origin: originOf(gpu), settings: PLANTED_SETTINGS.noise, runs });
  }
}

function subjectOf(part: StudyPart, noaa: string | null): Subject | null {
  switch (part) {
    case 'seattle':
      return seattleSubject(readFileSync(SEATTLE_CSV));
    case 'noaa':
      return noaa === null ? null : noaaSubject(unpacked(readFileSync(noaa)));
    default:
      return plantedSubject(part, SEED);
  }
}

function unpacked(bytes: Uint8Array): Uint8Array {
  return bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
}

function originOf(gpu: GpuDevice): Origin {
  const [load = 0] = loadavg();
  return { date: new Date().toISOString().slice(0, 10), device: gpu.info.label, load };
}
