/** The WGSL and its description in TypeScript say the same, and house rules hold in every shader. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ResourceType, WgslReflect } from 'wgsl_reflect';
import { ACTIVATIONS } from '../../src/engine/core/activations.ts';
import { GATES } from '../../src/engine/core/gates.ts';
import { STEP_FIELDS } from '../../src/engine/gpu/step-uniform.ts';
import { KERNELS } from '../../src/engine/kernels/all-kernels.ts';
import {
  LSTM_BACKWARD,
  LSTM_BACKWARD_LANES,
  LSTM_FORWARD,
  LSTM_FORWARD_LANES,
  LSTM_WEIGHT_GRADIENT,
  LSTM_WEIGHT_GRADIENT_LANES,
} from '../../src/engine/kernels/kernels.ts';
import { METRICS_BYTES } from '../../src/engine/kernels/loss.ts';
import { REFERENCE_GATE_COLUMNS } from '../../src/engine/reference/index.ts';

const SHADERS = new URL('../../src/shaders/', import.meta.url);
const files = [
  ...readdirSync(SHADERS),
  ...readdirSync(new URL('lib/', SHADERS)).map((name) => `lib/${name}`),
].filter((name) => name.endsWith('.wgsl'));
const textOf = (name: string): string => readFileSync(new URL(name, SHADERS), 'utf8');
const withoutComments = (text: string): string => text.replace(/\/\/.*$/gm, '');

describe.each(KERNELS)('$name', (kernel) => {
  const reflected = new WgslReflect(kernel.code);
  const bound = [...reflected.uniforms, ...reflected.storage].sort((a, b) => a.binding - b.binding);

  it('binds what its description says, in that order', () => {
    const kinds = bound.map(({ name, resourceType, access }) => {
      if (resourceType === ResourceType.Uniform) return [name, name];
      return [name, access === 'read_write' ? 'write' : 'read'];
    });

    expect(kinds).toEqual(Object.entries(kernel.bindings));
    expect(bound.map(({ binding }) => binding)).toEqual(bound.map((_, k) => k));
    expect(bound.every(({ group }) => group === 0)).toBe(true);
  });

  it('takes the override constants its description names', () => {
    const declared = [...withoutComments(kernel.code).matchAll(/override\s+(\w+)/g)].map((match) => match[1]);

    expect(declared.toSorted()).toEqual([...kernel.constants].toSorted());
  });

  it('needs no more than WebGPU guarantees: 8 storage buffers in a stage', () => {
    expect(reflected.storage.length).toBeLessThanOrEqual(8);
  });
});

describe('threads that load together', () => {
  const names = (text: string): string[] =>
    [...withoutComments(text).matchAll(/^(?:fn|struct|const) (\w+)/gm)].map((match) => match[1] as string);

  it('have the names of threads that load alone', () => {
    expect(names(textOf('lib/lanes.wgsl'))).toEqual(names(textOf('lib/threads.wgsl')));
  });

  it.each([
    [LSTM_FORWARD_LANES, LSTM_FORWARD],
    [LSTM_BACKWARD_LANES, LSTM_BACKWARD],
    [LSTM_WEIGHT_GRADIENT_LANES, LSTM_WEIGHT_GRADIENT],
  ])('change nothing else of $0.name, and ask for subgroups first', (together, alone) => {
    const own = textOf('lib/lanes.wgsl');
    expect(together.code).toBe(own + alone.code.slice(textOf('lib/threads.wgsl').length));
    expect(withoutComments(together.code).trim()).toMatch(/^enable subgroups;/);
  });
});

describe('structs shared by WGSL and TypeScript', () => {
  it('Step has the fields the CPU writes, in that order', () => {
    const [step] = new WgslReflect(textOf('lib/step.wgsl')).structs;

    expect(step?.members.map(({ name, type, offset }) => [name, type.name, offset])).toEqual(
      STEP_FIELDS.map(([name, type], k) => [name, type, 4 * k]),
    );
  });

  it('Metrics has the size and the places the CPU reads', () => {
    const [metrics] = new WgslReflect(textOf('lib/metrics.wgsl')).structs;
    const offsets = Object.fromEntries(metrics?.members.map(({ name, offset }) => [name, offset]) ?? []);

    expect(metrics?.size).toBe(METRICS_BYTES);
    expect(offsets).toMatchObject({
      loss: 0,
      lossLow: 4,
      absolute: 8,
      absoluteLow: 12,
      windows: 16,
      bad: 20,
      batchLoss: 24,
      batchAbsolute: 28,
    });
  });

  it('activation codes are the positions of their names', () => {
    const codes = [...textOf('lib/activations.wgsl').matchAll(/const (\w+): u32 = (\d+)u;/g)].map((match) => [
      match[1]?.toLowerCase(),
      Number(match[2]),
    ]);

    expect(codes).toEqual(ACTIVATIONS.map((name, code) => [name, code]));
  });

  it('the gate order is i, f, c, o everywhere', () => {
    const cell = textOf('lib/cell.wgsl');

    expect(GATES.map(({ key }) => key)).toEqual(['i', 'f', 'c', 'o']);
    expect(GATES.map(({ key }) => REFERENCE_GATE_COLUMNS[key])).toEqual([0, 1, 2, 3]);
    expect([...cell.matchAll(/activate\(\w+, z\[(\d)\]\)/g)].map((match) => match[1])).toEqual([
      '0',
      '1',
      '2',
      '3',
    ]);
  });
});

describe.each(files)('%s', (name) => {
  it('calls tanh and exp only through the safe functions of lib', () => {
    if (name === 'lib/activations.wgsl') return expect(withoutComments(textOf(name))).not.toMatch(/\btanh\(/);
    expect(withoutComments(textOf(name))).not.toMatch(/\b(tanh|exp|exp2|pow)\(/);
  });

  it('never looks for NaN by comparing a value with itself', () => {
    expect(withoutComments(textOf(name))).not.toMatch(/\b(\w+)\s*!=\s*\1\b/);
  });

  it('begins with what it is', () => {
    expect(textOf(name)).toMatch(/^\/\/ \S.{20,}/);
  });
});
