/** bench/options.ts and bench/schedule.ts: what the words after `npm run bench --` mean, and how much is measured. */
import { describe, expect, it } from 'vitest';
import { configOf } from '../../bench/configs.ts';
import { commandOf, type Options, parseOptions } from '../../bench/options.ts';
import { CONTENDERS } from '../../bench/protocol.ts';
import { scheduleOf } from '../../bench/schedule.ts';

function parsed(...args: string[]): Options {
  const options = parseOptions(args);
  if (typeof options === 'string') throw new Error(options);
  return options;
}

describe('the options of the benchmark', () => {
  it('compare every contender at A to E on the software adapter when nothing is said', () => {
    expect(parsed()).toEqual({
      mode: 'compare',
      where: 'browser',
      configs: ['A', 'B', 'C', 'D', 'E'],
      contenders: [...CONTENDERS],
      axes: ['T', 'H', 'B', 'N', 'E'],
      rounds: null,
      json: null,
      record: false,
    });
  });

  it('are recorded without the place where a copy of the figures went', () => {
    expect(commandOf(['--configs', 'A', '--json', '/somewhere/a.json', '--record'])).toBe(
      'npm run bench -- --configs A --record',
    );
    expect(commandOf(['--json=b.json', '--plan'])).toBe('npm run bench -- --plan');
  });

  it('take configs and contenders in their own order, each once', () => {
    const { configs, contenders } = parsed(
      '--configs',
      'G, B,A,B',
      '--contenders',
      'tfjs-cpu,gatewise',
      '--rounds',
      '3',
    );

    expect(configs).toEqual(['A', 'B', 'G']);
    expect(contenders).toEqual(['gatewise', 'tfjs-cpu']);
  });

  it('run gatewise alone in Node', () => {
    expect(parsed('--node')).toMatchObject({ where: 'node', contenders: ['gatewise'] });
    expect(parseOptions(['--node', '--contenders', 'gatewise,tfjs-wasm'])).toMatch(
      /^--node runs gatewise alone, received --contenders gatewise,tfjs-wasm\. Usage:/,
    );
  });

  it('take --data-path as a mode, alone', () => {
    expect(parsed('--data-path')).toMatchObject({ mode: 'data-path', where: 'browser' });
    expect(parseOptions(['--data-path', '--kernels'])).toMatch(/One run measures one thing/);
  });

  it('take the sizes to vary after --growth', () => {
    expect(parsed('--growth')).toMatchObject({ mode: 'growth', axes: ['T', 'H', 'B', 'N', 'E'] });
    expect(parsed('--growth', 'N', 'T', '--node')).toMatchObject({ mode: 'growth', axes: ['T', 'N'] });
    expect(parseOptions(['--growth', 'X'])).toMatch(/--growth takes T, H, B, N, E .* received "X"/);
    expect(parseOptions(['--kernels', 'T'])).toMatch(
      /Only --growth takes words without dashes, received "T"/,
    );
  });

  it.each([
    [['--configs', 'A,Z'], /--configs takes A, B, C, D, E, F, G with commas between, received "Z"/],
    [['--contenders', 'torch'], /--contenders takes gatewise, .* received "torch"/],
    [['--rounds', '0'], /--rounds must be a whole number of 1 or more, received "0"/],
    [['--plan', '--kernels'], /One run measures one thing, received --plan and --kernels/],
    [['--node', '--browser-gpu'], /--node runs without a browser, received --browser-gpu/],
    [['--ort', '--node'], /--ort compares engines in a browser, received --node with it/],
    [['--fast'], /--fast/],
  ])('refuse %j in a sentence with the usage', (args, sentence) => {
    const answer = parseOptions(args);

    expect(answer).toMatch(sentence);
    expect(answer).toMatch(/Usage: npm run bench/);
  });
});

describe('how much is measured', () => {
  it('fills a round with steps and never makes more than the data set has batches', () => {
    expect(scheduleOf(configOf('A'), 20, null)).toEqual({ batches: 20, rounds: 15 });
    expect(scheduleOf(configOf('A'), 0.1, null).batches).toBe(configOf('A').batches);
  });

  it('gives a contender that needs seconds one step a round, in fewer rounds', () => {
    expect(scheduleOf(configOf('E'), 9000, null)).toEqual({ batches: 1, rounds: 4 });
    expect(scheduleOf(configOf('E'), 300_000, null).rounds).toBe(1);
  });

  it('makes no more rounds than asked for', () => {
    expect(scheduleOf(configOf('A'), 20, 3).rounds).toBe(3);
  });
});
