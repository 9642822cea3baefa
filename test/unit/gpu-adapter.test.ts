/** gpu/adapter.ts: which adapters' subgroups are used, and who is asked for them. */
import { describe, expect, it } from 'vitest';
import { adapterInfo, wantedFeatures } from '../../src/engine/gpu/adapter.ts';

const SWIFTSHADER = { description: 'SwiftShader driver 5.0.0', subgroupMinSize: 4, subgroupMaxSize: 4 };

const adapterOf = (info: object | undefined, features: readonly string[]): GPUAdapter =>
  ({ info, features: new Set(features), limits: {} }) as unknown as GPUAdapter;
const sizeOf = (info: object | undefined, features = ['subgroups']): number =>
  adapterInfo(adapterOf(info, []), new Set(features) as unknown as GPUSupportedFeatures).subgroupSize;

describe('subgroups', () => {
  it('are used on software adapters whose every subgroup has as many threads', () => {
    expect(sizeOf(SWIFTSHADER)).toBe(4);
    expect(sizeOf({ isFallbackAdapter: true, subgroupMinSize: 8, subgroupMaxSize: 8 })).toBe(8);
    expect(sizeOf({ ...SWIFTSHADER, subgroupMaxSize: 8 })).toBe(0);
    expect(sizeOf({ ...SWIFTSHADER, description: 'A graphics card' })).toBe(0);
    expect([sizeOf({ isFallbackAdapter: true }), sizeOf(undefined)]).toEqual([0, 0]);
  });

  it('are not used on a device that was given without them', () => {
    expect(sizeOf(SWIFTSHADER, [])).toBe(0);
  });

  it('are asked for where they are used, and not by a second try', () => {
    const asked = (info: object, withSubgroups: boolean) =>
      wantedFeatures(adapterOf(info, ['timestamp-query', 'subgroups']), withSubgroups);

    expect(asked(SWIFTSHADER, true)).toEqual(['timestamp-query', 'subgroups']);
    expect(asked(SWIFTSHADER, false)).toEqual(['timestamp-query']);
    expect(asked({ description: 'A graphics card', subgroupMinSize: 4, subgroupMaxSize: 4 }, true)).toEqual([
      'timestamp-query',
    ]);
    expect(wantedFeatures(adapterOf(SWIFTSHADER, []), true)).toEqual([]);
  });
});
