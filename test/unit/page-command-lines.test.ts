/** The command lines of the panel for model files: a shell and the command's own verbs read them as they were meant. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { compare } from '../../src/cli/compare.ts';
import { gateOrder } from '../../src/cli/gate-order.ts';
import { openOutput } from '../../src/cli/output.ts';
import { verify } from '../../src/cli/verify.ts';
import { compareLine, knownLine } from '../../src/demo/keras/command-lines.ts';
import { randomModel } from '../keras/support.ts';

const NO_DATA = { shape: [0], data: new Float32Array() };
const known = {
  x: { ...NO_DATA, file: 'x.npy', key: null },
  y: { ...NO_DATA, file: 'all of it.npz', key: 'y 1' },
};
const named = (fileName: string, architecture: string | null = null) => ({
  file: { source: { fileName } },
  architecture,
});
const model = named('model.h5');

/** The words a shell makes of a line. */
function words(line: string): string[] {
  return execFileSync('sh', ['-c', `printf '%s\\0' ${line}`], { encoding: 'utf8' })
    .split('\0')
    .slice(0, -1);
}

describe('the command line that repeats what the page did', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatewise-lines-'));
  const surroundings = { output: openOutput(), dataFolder: folder };

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('names files, arrays, tolerance and architecture', () => {
    expect(knownLine('gate-order', model, known, 1e-5)).toBe(
      "npx gatewise gate-order model.h5 --x x.npy --y 'all of it.npz' --y-key 'y 1' --tolerance 1e-5",
    );
    expect(compareLine(model, named('w.npz', 'config.json'))).toBe(
      'npx gatewise compare model.h5 w.npz --architecture config.json',
    );
  });

  it('comes through a shell as it was meant, whatever the names', () => {
    const names = ["it's.h5", '$(touch gone).h5', 'a b;c.h5', '-x.h5', '`id`.h5', 'zwei\nzeilen.h5', '雨.h5'];
    for (const name of names) {
      const line = compareLine(named(name), model);
      expect(words(line)).toEqual([
        'npx',
        'gatewise',
        'compare',
        name.startsWith('-') ? `./${name}` : name,
        'model.h5',
      ]);
    }
  });

  it.each([
    ['verify', verify],
    ['gate-order', gateOrder],
  ] as const)('is taken by gatewise %s, which then misses the file', async (name, verb) => {
    const [, , verbName, ...args] = words(knownLine(name, model, known, 2.5e-7));

    expect(verbName).toBe(name);
    await expect(verb.run(args, surroundings)).rejects.toThrow(/^There is no file "model\.h5"/);
  });

  it('is taken by gatewise compare, which misses the second file', async () => {
    const { writeKeras } = await import('../../src/engine/keras/index.ts');
    const path = join(folder, 'one of two.keras');
    writeFileSync(path, await writeKeras(randomModel()));
    const line = compareLine(named(path), named(join(folder, 'b.h5')));

    await expect(compare.run(words(line).slice(3), surroundings)).rejects.toThrow(/b\.h5/);
  });
});
