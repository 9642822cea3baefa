/** The options of the command: one table gives values, refusals and help. */
import { describe, expect, it } from 'vitest';
import { compare } from '../../src/cli/compare.ts';
import { convert } from '../../src/cli/convert.ts';
import { gateOrder } from '../../src/cli/gate-order.ts';
import { inspect } from '../../src/cli/inspect.ts';
import { flag, optionName } from '../../src/cli/option.ts';
import { parseOptions } from '../../src/cli/parse-options.ts';
import { predict } from '../../src/cli/predict.ts';
import { nearest } from '../../src/cli/suggest.ts';
import { TRAIN_GROUPS, TRAIN_OPTIONS } from '../../src/cli/train/options.ts';
import { train } from '../../src/cli/train.ts';
import { verify } from '../../src/cli/verify.ts';
import { searchRows } from '../../src/engine/keras/index.ts';
import { randomModel } from '../keras/support.ts';

const parse = (...args: string[]) => parseOptions(TRAIN_OPTIONS, args, 'train');

describe('options of gatewise train', () => {
  it('have the defaults of the bundled series and of Keras', () => {
    expect(parse()).toEqual({
      data: null,
      target: null,
      features: null,
      date: null,
      window: 14,
      samplingRate: 1,
      horizon: 1,
      split: [60, 20, 20],
      noTimeFeatures: false,
      units: 32,
      layers: 1,
      epochs: 40,
      batchSize: 32,
      optimizer: 'adam',
      learningRate: 0.001,
      loss: 'mse',
      clipnorm: null,
      seed: 1,
      patience: null,
      model: null,
      x: null,
      key: null,
      y: null,
      yKey: null,
      noShuffle: false,
      out: null,
      force: false,
      json: false,
    });
  });

  it('read values after a space and after an equals sign', () => {
    const values = parse(
      '--batch-size',
      '7',
      '--learning-rate=1e-4',
      '--split',
      '70,15,15',
      '--json',
      '--out=--x.npz',
    );

    expect(values).toMatchObject({
      batchSize: 7,
      learningRate: 1e-4,
      split: [70, 15, 15],
      json: true,
      out: '--x.npz',
    });
  });

  it.each([
    [['--units', '0'], '--units is "0", expected a whole number from 1 to 1,024.'],
    [['--units', 'many'], '--units is "many", expected a whole number from 1 to 1,024.'],
    [['--units='], '--units is "", expected a whole number from 1 to 1,024.'],
    [['--units', '3.5'], '--units is "3.5", expected a whole number from 1 to 1,024.'],
    [['--units', '1025'], '--units is "1025", expected a whole number from 1 to 1,024.'],
    [['--units', '1e9'], '--units is "1e9", expected a whole number from 1 to 1,024.'],
    [['--layers', '-1'], '--layers is "-1", expected a whole number from 1 to 16.'],
    [['--epochs', '0'], '--epochs is "0", expected a whole number from 1 to 1,000,000.'],
    [['--batch-size', '0x10'], '--batch-size is "0x10", expected a whole number from 1 to 65,536.'],
    [['--window', '0'], '--window is "0", expected a whole number from 1 to 100,000.'],
    [['--sampling-rate', '0'], '--sampling-rate is "0", expected a whole number from 1 to 100,000.'],
    [['--horizon', '-3'], '--horizon is "-3", expected a whole number from 1 to 100,000.'],
    [['--seed', '-1'], '--seed is "-1", expected a whole number from 0 to 4,294,967,295.'],
    [['--patience', 'x'], '--patience is "x", expected a whole number from 1 to 1,000,000.'],
    [
      ['--learning-rate', '-0.1'],
      '--learning-rate is "-0.1", expected a number above 0, at most 1,000,000,000.',
    ],
    [['--learning-rate', '0'], '--learning-rate is "0", expected a number above 0, at most 1,000,000,000.'],
    [
      ['--learning-rate', 'NaN'],
      '--learning-rate is "NaN", expected a number above 0, at most 1,000,000,000.',
    ],
    [
      ['--clipnorm', 'Infinity'],
      '--clipnorm is "Infinity", expected a number above 0, at most 1,000,000,000.',
    ],
    [['--optimizer', 'lion'], '--optimizer is "lion", expected adam, adamw, sgd or rmsprop.'],
    [['--loss', 'mape'], '--loss is "mape", expected mse, mae or huber.'],
    [
      ['--split', '60,40'],
      '--split is "60,40", expected 3 numbers above 0 with commas between, such as 60,20,20.',
    ],
    [
      ['--split', '60,40,0'],
      '--split is "60,40,0", expected 3 numbers above 0 with commas between, such as 60,20,20.',
    ],
    [['--split', '60,20,30'], '--split is "60,20,30": the shares must add up to 100, received 110.'],
    [['--split', '0.6,0.2,0.2'], '--split is "0.6,0.2,0.2": the shares must add up to 100, received 1.'],
    [['--target', ' '], '--target is " ", expected names of columns with commas between, or all.'],
    [['--out', '--json'], 'Option --out has no value, expected the name of a file.'],
    [['--json', '--data'], 'Option --data has no value, expected the name of a file.'],
    [['--json=yes'], 'Option --json takes no value, received "yes".'],
    [['--seed', '1', '--seed', '2'], 'Option --seed is given twice (1 and 2), expected once.'],
    [['--force', '--force'], 'Option --force is given twice, expected once.'],
    [['warm'], '"warm" stands alone, but gatewise train takes options only.'],
    [['--', '--units'], '"--units" stands alone, but gatewise train takes options only.'],
    [['--unit', '3'], 'There is no option --unit of gatewise train. Did you mean --units?'],
    [['--batchsize=3'], 'There is no option --batchsize of gatewise train. Did you mean --batch-size?'],
    [
      ['--lerning-rate', '1'],
      'There is no option --lerning-rate of gatewise train. Did you mean --learning-rate?',
    ],
    [['--zzz'], 'There is no option --zzz of gatewise train. gatewise train --help lists them.'],
    [['-u', '3'], 'There is no option -u of gatewise train. gatewise train --help lists them.'],
    [
      ['--__proto__', 'x'],
      'There is no option --__proto__ of gatewise train. gatewise train --help lists them.',
    ],
  ])('refuse %j in one sentence', (args, sentence) => {
    expect(() => parse(...args)).toThrow(expect.objectContaining({ code: 'bad-input', message: sentence }));
  });

  it('take shares with decimals', () => {
    expect(parse('--split', '33.3,33.3,33.4').split).toEqual([33.3, 33.3, 33.4]);
  });

  it('stand all in the help, once, with their defaults', () => {
    const help = train.help();

    const shown = Object.values(TRAIN_GROUPS).flat();
    expect([...shown].sort()).toEqual(Object.keys(TRAIN_OPTIONS).sort());
    for (const key of shown) expect(help).toContain(`\n  --${optionName(key)} `);
    expect(help).toContain('(0.001)');
    expect(help.split('\n').every((line) => line.length <= 110)).toBe(true);
  });
});

describe('names that stand without an option', () => {
  const files = { a: { placeholder: 'A', help: 'one' }, b: { placeholder: 'B', help: 'another' } };
  const both = (...args: string[]) => parseOptions({ json: flag('for programs') }, args, 'compare', files);

  it('are taken in order, between options and after --', () => {
    expect(both('x.h5', '--json', 'y.h5')).toEqual({ a: 'x.h5', b: 'y.h5', json: true });
    expect(both('--', '--x', 'y')).toEqual({ a: '--x', b: 'y', json: false });
  });

  it.each([
    [[], 'gatewise compare needs A and B: gatewise compare A B. gatewise compare --help tells more.'],
    [['x'], 'gatewise compare needs B: gatewise compare A B. gatewise compare --help tells more.'],
    [['x', 'y', 'z'], '"z" is one name too many: gatewise compare A B takes 2 and options.'],
    [['x', ''], '"" is no name of a file: gatewise compare A B.'],
  ])('are refused where they do not fit: %j', (args, message) => {
    expect(() => both(...args)).toThrow(expect.objectContaining({ code: 'bad-input', message }));
  });

  it.each([
    ['inspect', inspect, 'Usage: gatewise inspect FILE [options]'],
    ['compare', compare, 'Usage: gatewise compare A B [options]'],
    ['convert', convert, 'Usage: gatewise convert IN OUT [options]'],
    ['predict', predict, 'Usage: gatewise predict FILE [options]'],
    ['verify', verify, 'Usage: gatewise verify FILE [options]'],
    ['gate-order', gateOrder, 'Usage: gatewise gate-order FILE [options]'],
  ])('stand in the help of %s, which has examples', (name, verb, usage) => {
    const help = verb.help();

    expect(help.startsWith(usage)).toBe(true);
    expect(help).toContain('  --json');
    expect(help.split('Examples:')[1]).toContain(`gatewise ${name} `);
  });
});

describe('rows for the search', () => {
  const rowsOf = (rows: number, batch: number | null, worst: number) => {
    const model = randomModel({ inputShape: [64, 1] });
    const config = { ...model.config, build_input_shape: [batch, 64, 1] };
    const data = Float32Array.from({ length: rows * 64 }, (_, at) => Math.floor(at / 64));
    const y = { shape: [rows, 1], data: Float32Array.from({ length: rows }, (_, row) => row) };
    const found = searchRows({ ...model, config }, { shape: [rows, 64, 1], data }, y, worst);
    return { y: [...found.y.data], x: found.x.shape, first: found.x.data[0], note: found.note };
  };

  it('are all of a few, and a part with the worst of many, which is said', () => {
    expect(rowsOf(3, null, 2)).toMatchObject({ y: [0, 1, 2], note: null });
    expect(rowsOf(9, null, 7)).toEqual({
      y: [4, 5, 6, 7],
      x: [4, 64, 1],
      first: 4,
      note: 'The search used 4 of 9 rows, from row 4 on.',
    });
    expect(rowsOf(9, null, 0).y).toEqual([0, 1, 2, 3]);
  });

  it('are whole batches from the first row on where a model fixes them', () => {
    expect(rowsOf(9, 3, 7).y).toEqual([0, 1, 2]);
    expect(rowsOf(12, 6, 7).y).toEqual([0, 1, 2, 3, 4, 5]);
  });
});

describe('suggestions', () => {
  it.each([
    ['trian', 'train'],
    ['TRAIN', 'train'],
    ['tr', 'train'],
    ['insp', 'inspect'],
    ['x', null],
    ['nothing', null],
  ])('for %s: %s', (typed, expected) => {
    expect(nearest(typed, ['train', 'inspect'])).toBe(expected);
  });
});
