/** What the lag lab has measured, as it is kept: a JSON file for each part, so that parts can be measured one by one. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LagStudy } from '../../src/engine/explain/index.ts';
import type { Measured } from './measure.ts';
import type { Settings } from './recipes.ts';
import type { Timing } from './timing.ts';

export const PARTS = [
  'lag-3',
  'lag-3-page',
  'difference-24',
  'noise',
  'remember-20',
  'seattle',
  'noaa',
  'time',
] as const;
export type PartId = (typeof PARTS)[number];
export type StudyPart = Exclude<PartId, 'noise' | 'time'>;

/** When and where a part was measured. */
export interface Origin {
  readonly date: string;
  readonly device: string;
  /** Processes that waited for the processor then, a minute's mean: times were longer by them. */
  readonly load: number;
}

interface StudyResult {
  readonly origin: Origin;
  readonly settings: Settings;
  readonly measured: Measured;
}

/** One study of noise, without the numbers of its places. */
export interface NoiseRun {
  readonly seed: number;
  readonly used: readonly string[];
  readonly verdicts: Readonly<Record<LagStudy['findings'][number]['verdict'], number>>;
}

interface NoiseResult {
  readonly origin: Origin;
  readonly settings: Settings;
  readonly runs: readonly NoiseRun[];
}

export type Results = {
  [K in PartId]?: K extends 'noise' ? NoiseResult : K extends 'time' ? TimeResult : StudyResult;
};

interface TimeResult {
  readonly origin: Origin;
  readonly timing: Timing;
}

export class ResultFolder {
  private readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  read(): Results {
    const found = PARTS.filter((part) => existsSync(this.path(part)));
    return Object.fromEntries(
      found.map((part) => [part, JSON.parse(readFileSync(this.path(part), 'utf8'))]),
    ) as Results;
  }

  write<K extends PartId>(part: K, result: NonNullable<Results[K]>): void {
    writeFileSync(this.path(part), `${JSON.stringify(result, null, 1)}\n`);
  }

  private path(part: PartId): string {
    return join(this.folder, `${part}.json`);
  }
}
