/** bench/sections.ts, bench/statistics.ts, bench/plan.ts: from figures to the text of RESULTS.md. */
import { describe, expect, it } from 'vitest';
import { groupDispatches } from '../../bench/plan.ts';
import { type Origin, recordSections, type Section, terminalText } from '../../bench/sections.ts';
import { ratioOf, summarize } from '../../bench/statistics.ts';

const ORIGIN: Origin = {
  command: 'npm run bench -- --record',
  host: 'Chrome/1, headless',
  processor: 'Abacus, 2 cores',
  load: 0.5,
  date: '2026-01-02',
  commit: 'abc1234',
};

function section(id: string, value: string): Section {
  return {
    id,
    title: `Title of ${id}`,
    about: '- A: small',
    blocks: [
      'A note.',
      [
        ['config', 'ms'],
        ['A', value],
      ],
    ],
  };
}

describe('the sections of RESULTS.md', () => {
  it('replace the one of the same name as a whole and keep all other text', () => {
    const before =
      '# Title\n\nBy hand.\n\n<!-- training -->\nold\n<!-- /training -->\n\nBetween.\n\n<!-- plan -->\n<!-- /plan -->\n\nEnd.\n';

    const after = recordSections(before, [section('training', '1.5')], ORIGIN);

    expect(after).toBe(
      `# Title

By hand.

<!-- training -->
## Title of training

- Command: \`npm run bench -- --record\`
- Runs in: Chrome/1, headless
- Processor: Abacus, 2 cores, load 0.5
- Date: 2026-01-02
- Commit: abc1234

- A: small

A note.

| config | ms |
| --- | ---: |
| A | 1.5 |
<!-- /training -->

Between.

<!-- plan -->
<!-- /plan -->

End.
`,
    );
  });

  it('are the same after recording the same again', () => {
    const once = recordSections('# Title\n', [section('a', '1'), section('a-node', '2')], ORIGIN);

    expect(recordSections(once, [section('a', '1'), section('a-node', '2')], ORIGIN)).toBe(once);
    expect(once.indexOf('<!-- a -->')).toBeLessThan(once.indexOf('<!-- a-node -->'));
  });

  it('refuse to guess where a section without an end ends', () => {
    expect(() => recordSections('<!-- a -->\ntext\n', [section('a', '1')], ORIGIN)).toThrow(
      'RESULTS.md has "<!-- a -->" and no "<!-- /a -->" after it: put it back.',
    );
  });

  it('are printed with aligned columns, and say once what they share', () => {
    expect(terminalText([section('a', '1.25'), section('b', '10.5')])).toBe(
      '- A: small\n\nTitle of a\n\nA note.\n\nconfig    ms\nA       1.25\n\n\nTitle of b\n\nA note.\n\nconfig    ms\nA       10.5',
    );
  });
});

describe('the statistics', () => {
  it('are the median and quartiles between neighbours', () => {
    expect(summarize([4, 1, 3, 2])).toEqual({ median: 2.5, low: 1.75, high: 3.25, least: 1 });
    expect(() => summarize([])).toThrow('no round was measured');
  });

  it('pair only the rounds that both contenders took part in', () => {
    const { ofMedians, pairs } = ratioOf([30, 60], [10, 20, 1000, 1000, 1000]);

    expect(ofMedians).toBe(45 / 1000);
    expect(pairs).toEqual({ median: 3, low: 3, high: 3, least: 3 });
  });
});

describe('the dispatch plan', () => {
  it('counts the dispatches of single time steps as one kernel each', () => {
    const plan = groupDispatches([
      { label: 'lstm_step t=0', workgroups: [8, 1, 1] },
      { label: 'lstm_step t=1', workgroups: [8, 1, 1] },
      { label: 'loss', workgroups: [1, 1, 1] },
      { label: 'lstm_step t=10', workgroups: [8, 1, 1] },
    ]);

    expect(plan).toEqual([
      { kernel: 'lstm_step', workgroups: '8 x 1 x 1', count: 3 },
      { kernel: 'loss', workgroups: '1 x 1 x 1', count: 1 },
    ]);
  });
});
