/**
 * A GPU test that knows no test runner, so that the same one runs in Node through Dawn (test/gpu/node.test.ts) and
 * in Chromium (test/browser/numerics.test.ts). Files in test/gpu/cases export `cases: GpuCase[]` and do not touch
 * the GPU while they are imported.
 */

/** One numerical test. It asks `gpu` for its own adapter and device, and fails by throwing. */
export interface GpuCase {
  /** A sentence about behaviour, unique in its file. */
  readonly name: string;
  run(gpu: GPU): Promise<void>;
}

interface CaseFile {
  readonly cases: readonly GpuCase[];
}

/** A case with the name of its file before its own, which is unique among all. */
export interface NamedCase extends GpuCase {
  readonly key: string;
}

/** Every case of test/gpu/cases, in the same order everywhere. */
export function allCases(): NamedCase[] {
  const files = import.meta.glob<CaseFile>('../gpu/cases/*.ts', { eager: true });
  const named = Object.entries(files)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([path, { cases }]) => {
      const file = path.slice(path.lastIndexOf('/') + 1, -'.ts'.length);
      return cases.map(({ name, run }) => ({ key: `${file}: ${name}`, name, run }));
    });
  const repeated = named.find(({ key }, index) => named.findIndex((other) => other.key === key) !== index);
  if (repeated !== undefined) throw new Error(`Two GPU cases are called "${repeated.key}".`);
  return named;
}
