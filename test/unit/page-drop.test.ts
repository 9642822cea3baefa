/** Files dropped on the page where the part that opens them does not load at once, or they cannot be read. */
import { describe, expect, it, vi } from 'vitest';
import { takeFiles } from '../../src/demo/keras/page-drop.ts';
import { problem } from '../../src/demo/state.ts';
import { english } from '../../src/demo/words.ts';

const given = vi.hoisted(() => ({ models: [] as unknown[], tables: [] as unknown[], loads: 0 }));

vi.mock('../../src/demo/app.ts', () => ({ openFile: (file: unknown) => given.tables.push(file) }));
vi.mock('../../src/demo/keras/state.ts', () => {
  given.loads += 1;
  if (given.loads === 1) throw new TypeError('Failed to fetch dynamically imported module');
  return {
    holdsModel: async ([file]: File[]) => {
      if (file?.name === 'folder') throw new DOMException('a folder', 'NotFoundError');
      return file?.name === 'a.keras';
    },
    openModels: async (files: unknown) => given.models.push(files),
  };
});

describe('dropped files', () => {
  it('are opened with the second drop where the part that opens them did not load with the first', async () => {
    vi.stubGlobal('document', { getElementById: () => null });
    const files = [new File([], 'a.keras')];
    await takeFiles(files);
    expect(english(problem.value?.message ?? '')).toMatch(
      /could not be loaded\. Drop them again, or reload the page,/,
    );
    expect(given.models).toEqual([]);

    await takeFiles(files);
    expect(given.models).toEqual([files]);
    expect(problem.value).toBeNull();
  });

  it('that cannot be read go to the data, which say why', async () => {
    const folder = new File([], 'folder');
    await takeFiles([folder]);
    expect(given.tables).toEqual([folder]);
  });
});
