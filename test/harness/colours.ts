/** The page's colours as its style sheet states them, contrast as WCAG 2.2 counts it, and what people see who lack a kind of cone. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Rgb, Theme } from '../../src/demo/draw/ramp.ts';

const TOKENS = readFileSync(
  fileURLToPath(new URL('../../src/demo/styles/tokens.css', import.meta.url)),
  'utf8',
);

/**
 * A colour of tokens.css, such as `ink-2`.
 * @throws Error when there is none of the name, in hexadecimal digits for both themes or by the name of another
 */
export function token(name: string, theme: Theme): Rgb {
  const [, value = ''] = new RegExp(`--${name}: ([^;]+);`).exec(TOKENS) ?? [];
  const [, other] = /^var\(--([\w-]+)\)$/.exec(value) ?? [];
  if (other !== undefined) return token(other, theme);
  const [, light, dark] = /^light-dark\((#[\da-f]{6}), (#[\da-f]{6})\)$/.exec(value) ?? [];
  const digits = theme === 'light' ? light : dark;
  if (digits === undefined) throw new Error(`tokens.css has no colour --${name}; it has "${value}".`);
  const channel = (at: number): number => Number.parseInt(digits.slice(at, at + 2), 16);
  return [channel(1), channel(3), channel(5)];
}

/** From 1 to 21, the same both ways round. */
export function contrast(one: Rgb, other: Rgb): number {
  const [a, b] = [luminance(linear(one)), luminance(linear(other))];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

/**
 * Machado, Oliveira and Fernandes, "A physiologically-based model for simulation of color vision deficiency", 2009: their matrices for
 * severity 1, on linear RGB.
 */
export const VISION = {
  trichromacy: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
} as const;

/** A colour as it is seen, in Oklab: lightness from 0 to 1, and two axes of hue. */
export function seen(colour: Rgb, vision: keyof typeof VISION): readonly [number, number, number] {
  const mixed = VISION[vision].map((row) => Math.min(1, Math.max(0, product(row, linear(colour)))));
  const cones = [
    [0.4122214708, 0.5363325363, 0.0514459929],
    [0.2119034982, 0.6806995451, 0.1073969566],
    [0.0883024619, 0.2817188376, 0.6299787005],
  ].map((row) => Math.cbrt(product(row, mixed)));
  return [
    product([0.2104542553, 0.793617785, -0.0040720468], cones),
    product([1.9779984951, -2.428592205, 0.4505937099], cones),
    product([0.0259040371, 0.7827717662, -0.808675766], cones),
  ];
}

/** How far two colours are apart for somebody: about 2 is just noticed, black and white are 100 apart. */
export function distance(one: Rgb, other: Rgb, vision: keyof typeof VISION): number {
  const to = seen(other, vision);
  return 100 * Math.hypot(...seen(one, vision).map((part, index) => part - (to[index] ?? 0)));
}

function linear(colour: Rgb): readonly number[] {
  return colour.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
}

const luminance = (parts: readonly number[]): number => product([0.2126, 0.7152, 0.0722], parts);

const product = (row: readonly number[], column: readonly number[]): number =>
  row.reduce((sum, value, index) => sum + value * (column[index] ?? 0), 0);
