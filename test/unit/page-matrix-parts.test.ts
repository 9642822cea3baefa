/** wgpu-matrix as the built page has it, cut into modules: the same functions, or a build that says why not. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import * as library from 'wgpu-matrix';
import { matrixParts } from '../../tools/page/matrix-parts.ts';

const source = readFileSync(fileURLToPath(import.meta.resolve('wgpu-matrix')), 'utf8');
type Functions = Readonly<Record<string, (...args: unknown[]) => ArrayLike<number>>>;

describe('wgpu-matrix in parts', () => {
  const folder = mkdtempSync(join(tmpdir(), 'matrix-parts-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const parts = matrixParts(source);
  for (const [name, code] of parts) {
    writeFileSync(
      join(folder, `${name || 'all'}.mjs`),
      code.replaceAll(/'\0wgpu-matrix\/(\w+)'/g, "'./$1.mjs'"),
    );
  }
  const cut = import(pathToFileURL(join(folder, 'all.mjs')).href) as Promise<
    Readonly<Record<string, Functions>>
  >;
  const whole = library as unknown as Readonly<Record<string, Functions>>;

  it('has every function of every type that makes a Float32Array', async () => {
    expect(Object.keys(await cut).sort()).toEqual(['mat3', 'mat4', 'quat', 'vec2', 'vec3', 'vec4']);
    for (const [name, functions] of Object.entries(await cut)) {
      expect(Object.keys(functions).sort()).toEqual(Object.keys(whole[name] ?? {}).sort());
    }
  });

  it('computes what the package computes, with functions of one type that call another\u2019s', async () => {
    const results = [await cut, whole].map(({ mat3, mat4, vec2, vec3 }) => {
      const camera = mat4?.multiply?.(
        mat4.perspective?.(0.6, 1.5, 0.5, 12),
        mat4.lookAt?.([1, 2, 3], [0, 0.5, 0], [0, 1, 0]),
      );
      const scaled = mat3?.scale?.(mat3.translation?.([3, -4]), [2, 5]);
      return [
        vec3?.transformMat4?.([0.1, 0.2, 0.3], mat4?.inverse?.(camera)),
        vec2?.transformMat3?.([7, 8], mat3?.inverse?.(scaled)),
        mat3?.getScaling?.(scaled),
      ];
    });
    expect(results[0]?.map((value) => value?.constructor.name)).toEqual(Array(3).fill('Float32Array'));
    expect(results[0]).toEqual(results[1]);
    expect(results[0]?.[1]).toEqual(new Float32Array([2, 2.4]));
  });

  it('refuses a package that is written otherwise, in one sentence', () => {
    expect(() => matrixParts('export const mat3 = {};')).toThrow(/not written as .*list of types.*: fit it/);
    const other = source.replace('function getAPIImpl$3(', 'function makes3(');
    expect(() => matrixParts(other)).toThrow(/how it makes mat3/);
  });
});
