/** What many readings of a time say together. */
import { msg } from './words.ts';

export interface Readings {
  readonly median: number;
  /** First and third quartile. */
  readonly low: number;
  readonly high: number;
  readonly mean: number;
}

/** Null for no readings. Quartiles lie linearly between neighbours. */
export function summarizeReadings(readings: readonly number[]): Readings | null {
  if (readings.length === 0) return null;
  const sorted = [...readings].sort((a, b) => a - b);
  const at = (share: number): number => {
    const place = share * (sorted.length - 1);
    const below = Math.floor(place);
    const low = sorted[below] ?? 0;
    return low + (place - below) * ((sorted[below + 1] ?? low) - low);
  };
  const mean = sorted.reduce((sum, one) => sum + one, 0) / sorted.length;
  return { median: at(0.5), low: at(0.25), high: at(0.75), mean };
}

/** The largest step that all readings are whole multiples of, as a rounded clock leaves them; 1 where there is none. */
export function commonStep(readings: readonly number[]): number {
  const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
  return readings.reduce((step, reading) => divisor(step, Math.round(Math.abs(reading))), 0) || 1;
}

/** Nanoseconds as microseconds or milliseconds. */
export function formatTime(nanoseconds: number): string {
  if (!Number.isFinite(nanoseconds)) return msg('not measured');
  const [value, unit] = nanoseconds >= 1e6 ? [nanoseconds / 1e6, 'ms'] : [nanoseconds / 1e3, '\u00b5s'];
  return `${value < 100 ? value.toPrecision(value < 1 ? 2 : 3) : value.toFixed(0)}\u00a0${unit}`;
}

/** Bytes in the unit people read. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB'];
  const power = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${Number.isInteger(value) ? value : value.toFixed(1)}\u00a0${units[power]}`;
}
