/**
 * The LSTM's three arrays as one small picture, a pixel for each weight, in the ramp's colours: what the static HTML holds where
 * the session draws on a canvas. A PNG with a palette, whose index is the weight itself in steps of 1/127 of the scale.
 */
import { zlibSync } from 'fflate';
import { type Rgb, rampColour } from '../draw/ramp.ts';

/** Steps of the palette to either side of 0. */
const PALETTE_STEPS = 127;

const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];
const INDEXED = 3;

/** Which colour of the palette a weight has. @param scale that of the ends of the ramp */
function paletteIndex(weight: number, scale: number): number {
  const share = Math.min(1, Math.max(-1, weight / scale));
  return Math.round(share * PALETTE_STEPS) + PALETTE_STEPS;
}

/**
 * @param weights [rows, width]
 * @returns the address of the picture, with all of it in it
 */
export function weightsImage(
  weights: Float32Array,
  width: number,
  scale: number,
  ramp: readonly Rgb[],
): string {
  const rows = weights.length / width;
  const lines = new Uint8Array(rows * (width + 1));
  for (let row = 0; row < rows; row++) {
    // The first byte of a line says that it is not filtered.
    for (let column = 0; column < width; column++) {
      lines[row * (width + 1) + 1 + column] = paletteIndex(weights[row * width + column] ?? 0, scale);
    }
  }
  const palette = Array.from({ length: 2 * PALETTE_STEPS + 1 }, (_, index) =>
    rampColour(ramp, index / PALETTE_STEPS - 1),
  );
  const bytes = [
    ...SIGNATURE,
    ...chunk('IHDR', [...word(width), ...word(rows), 8, INDEXED, 0, 0, 0]),
    ...chunk('PLTE', palette.flat()),
    ...chunk('IDAT', [...zlibSync(lines, { level: 9 })]),
    ...chunk('IEND', []),
  ];
  return `data:image/png;base64,${btoa(String.fromCharCode(...bytes))}`;
}

function chunk(name: string, content: readonly number[]): number[] {
  const named = [...name].map((letter) => letter.charCodeAt(0)).concat(content);
  return [...word(content.length), ...named, ...word(checksum(named))];
}

/** Four bytes, the highest first. */
const word = (value: number): number[] => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255);

/** The CRC-32 of PNG. */
function checksum(bytes: readonly number[]): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
