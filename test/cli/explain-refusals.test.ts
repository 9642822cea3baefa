/** What `gatewise explain` refuses: one sentence on stderr, nothing on stdout, exit 2, before any device. */
import { afterAll, beforeAll, describe, it } from 'vitest';
import { kerasLayer, writeNpy } from '../../src/engine/keras/index.ts';
import {
  D,
  dense,
  expectRefusal,
  filled,
  lstm,
  NO_GPU,
  plantedCsv,
  plantedRecipe,
  save,
  scaledTest,
  T,
} from './explain-support.ts';
import { Workplace } from './support.ts';

let place: Workplace;

beforeAll(async () => {
  place = await Workplace.create();
  const series = plantedCsv((value) => value);
  const recipe = plantedRecipe(series);
  const { x, y } = scaledTest(series, recipe);
  const plain = filled([lstm(3), dense(1)]);
  const { training } = recipe;
  place.write('lag3.csv', series);
  place.write('there.csv', 'precious');
  await save(place, 'lag3.keras', { ...plain, recipe });
  await save(place, 'plain.keras', plain);
  await save(place, 'open.keras', filled([lstm(3), dense(1)], null));
  await save(place, 'two.keras', filled([lstm(3), dense(2)]));
  await save(place, 'gru.keras', filled([kerasLayer('GRU', { name: 'gru', units: 3 }), dense(1)]));
  await save(place, 'broken.keras', { ...plain, recipe: { ...recipe, window: 0 } });
  await save(place, 'wild.keras', {
    ...plain,
    recipe: { ...recipe, training: { ...training, epochs: 1e9 } },
  });
  const broken = y.data.map((value, k) => (k === 4 ? Number.NaN : value));
  place.write('x.npy', writeNpy(x));
  place.write('x-long.npy', writeNpy({ shape: [2, T + 1, D], data: new Float32Array(2 * (T + 1) * D) }));
  place.write('y.npy', writeNpy(y));
  place.write('x-one.npy', writeNpy({ shape: [1, T, D], data: x.data.slice(0, T * D) }));
  place.write('y-one.npy', writeNpy({ shape: [1, 1], data: y.data.slice(0, 1) }));
  place.write('y-wide.npy', writeNpy({ shape: [180, 2], data: new Float32Array(360) }));
  place.write('y-short.npy', writeNpy({ shape: [3, 1], data: new Float32Array(3) }));
  place.write('y-nan.npy', writeNpy({ shape: y.shape, data: broken }));
});
afterAll(() => place.remove());

describe('gatewise explain refuses', () => {
  const named = ['--target', 'y', '--features', 'x,shadow', '--horizon', '1'];
  it.each([
    [
      'a file without recipe and options',
      ['plain.keras'],
      '"plain.keras" carries no recipe (gatewise.json) of what it was trained on. Give --data, --target, --features and --horizon, or --x X.npy',
    ],
    [
      'one that leaves the window open',
      ['open.keras', '--data', 'lag3.csv', ...named],
      'Give --window, or --x',
    ],
    [
      'a series without its data',
      ['lag3.keras'],
      'its recipe does not name the file it was trained on. Give that with --data FILE.',
    ],
    [
      'another window',
      ['lag3.keras', '--data', 'lag3.csv', '--window', '4'],
      '"lag3.keras" takes windows of shape [5, 2], but its recipe and the options give [4, 2] ("x", "shadow")',
    ],
    [
      'other columns',
      ['lag3.keras', '--data', 'lag3.csv', '--features', 'x,y'],
      'The series gives the inputs "x", "y", the model was trained with "x", "shadow".',
    ],
    [
      'another target',
      ['lag3.keras', '--data', 'lag3.csv', '--target', 'x'],
      'The series gives the target "x", the model was trained with "y".',
    ],
    [
      'too many columns for a plain file',
      ['plain.keras', '--data', 'lag3.csv', '--target', 'y', '--features', 'x,shadow,y', '--horizon', '1'],
      '"plain.keras" takes windows of shape [5, 2], but its recipe and the options give [5, 3] ("x", "shadow", "y")',
    ],
    ['a missing file', ['lag3.keras', '--data', 'no.csv'], 'There is no file "no.csv"'],
    [
      'x of another shape',
      ['lag3.keras', '--x', 'x-long.npy'],
      '--x: "x-long.npy" has shape [2, 6, 2], expected [rows, 5, 2]',
    ],
    ['y without x', ['lag3.keras', '--y', 'y.npy'], '--y without --x'],
    [
      'y of two columns',
      ['lag3.keras', '--x', 'x.npy', '--y', 'y-wide.npy'],
      '--y: "y-wide.npy" has shape [180, 2], expected [180, 1]',
    ],
    [
      'y of other rows',
      ['lag3.keras', '--x', 'x.npy', '--y', 'y-short.npy'],
      '--y: "y-short.npy" has shape [3, 1], expected [180, 1]',
    ],
    ['y with NaN', ['lag3.keras', '--x', 'x.npy', '--y', 'y-nan.npy'], '--y: "y-nan.npy" holds NaN in row 4'],
    ['a key without y', ['lag3.keras', '--x', 'x.npy', '--y-key', 'a'], '--y-key without --y'],
    [
      'data beside x',
      ['lag3.keras', '--x', 'x.npy', '--data', 'lag3.csv', '--epochs', '3'],
      '--data and --epochs beside --x',
    ],
    [
      'permutation without targets',
      ['lag3.keras', '--x', 'x.npy', '--method', 'permutation'],
      '--method permutation tells what the error becomes, and needs --y',
    ],
    [
      'an unknown method',
      ['lag3.keras', '--method', 'shap'],
      '--method is "shap", expected all, permutation, ig, gradient, occlusion or half-life.',
    ],
    ['no seeds', ['lag3.keras', '--seeds', '0'], '--seeds is "0", expected a whole number from 2 to 64.'],
    ['one seed', ['lag3.keras', '--seeds', '1'], '--seeds is "1", expected a whole number from 2 to 64.'],
    [
      'few repeats',
      ['lag3.keras', '--repeats', '9'],
      '--repeats is "9", expected a whole number from 10 to 1,000.',
    ],
    [
      'half-lives without an LSTM',
      ['gru.keras', '--x', 'x.npy', '--method', 'half-life'],
      '"gru.keras": half-lives are read from the forget gates of an LSTM, and it has none (GRU, Dense). Choose another method.',
    ],
    [
      'gradients of a GRU',
      ['gru.keras', '--x', 'x.npy', '--method', 'gradient'],
      '"gru.keras": Layer "gru" (GRU) only predicts here; its gradients are not implemented. Train this model in Keras, and explain it by permutation or occlusion, which need no gradients.',
    ],
    [
      'integrated gradients of a GRU',
      ['gru.keras', '--x', 'x.npy', '--method', 'ig'],
      '"gru.keras": Layer "gru" (GRU) only predicts here; its gradients are not implemented.',
    ],
    [
      'a GRU without targets, of which no method tells anything',
      ['gru.keras', '--x', 'x.npy'],
      '"gru.keras" has no gradients here and no half-lives (InputLayer, GRU, Dense). Give --y Y.npy, for permutation and occlusion.',
    ],
    [
      'permutation of one window',
      ['lag3.keras', '--x', 'x-one.npy', '--y', 'y-one.npy', '--method', 'permutation'],
      '"lag3.keras": there is only one window, and permutation exchanges values among windows. Give at least two, better hundreds.',
    ],
    [
      'verdicts on a GRU',
      ['gru.keras', '--data', 'lag3.csv', ...named],
      '"gru.keras": Layer "gru" (GRU) can\'t be trained here: it only predicts here',
    ],
    [
      'two targets',
      ['two.keras', '--x', 'x.npy'],
      '"two.keras" gives outputs of shape [2] for a window, expected one number.',
    ],
    [
      'a broken recipe',
      ['broken.keras', '--data', 'lag3.csv'],
      '"broken.keras": gatewise.json: window: received 0',
    ],
    [
      'a recipe beyond bounds',
      ['wild.keras', '--data', 'lag3.csv'],
      '"wild.keras": its recipe was trained with epochs "1000000000", expected a whole number from 1 to 1,000,000. Give --epochs.',
    ],
    [
      'a table of half-lives',
      ['lag3.keras', '--method', 'half-life', '--csv', 'a.csv'],
      '--csv beside --method half-life',
    ],
    [
      'a file that is there',
      ['lag3.keras', '--x', 'x.npy', '--csv', 'there.csv'],
      '"there.csv" is there already',
    ],
  ])('%s', async (_, args, sentence) => {
    expectRefusal(await place.run(['explain', ...args], NO_GPU), sentence);
  });
});
