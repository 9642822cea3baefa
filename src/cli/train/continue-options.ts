/** Which options of `gatewise train` go together: those of a new forecaster, or those of going on with a model of a file. */
import { GatewiseError } from '../../engine/index.ts';
import { optionList } from '../option.ts';
import type { TrainOptions } from './options.ts';

type Key = keyof TrainOptions;

/** Of a new forecaster only. */
const FORECASTER: readonly Key[] = [
  'data',
  'target',
  'features',
  'date',
  'window',
  'samplingRate',
  'horizon',
  'split',
  'noTimeFeatures',
  'units',
  'layers',
  'patience',
];

/** With --model only. */
const CONTINUING: readonly Key[] = ['x', 'key', 'y', 'yKey', 'noShuffle'];

/** @throws GatewiseError in one sentence that names every option that does not go with the others */
export function checkTogether(model: string | null, given: ReadonlySet<Key>): void {
  const others = (model === null ? CONTINUING : FORECASTER).filter((key) => given.has(key));
  if (others.length === 0) return;
  const list = optionList(others);
  const [goes, it] = others.length === 1 ? ['goes', 'it'] : ['go', 'them'];
  throw new GatewiseError(
    'bad-input',
    model === null
      ? `${list} ${goes} with --model only, which names the file of a model to go on with. Give --model, or leave ${it} out.`
      : `${list} ${goes} with a new forecaster only; the model of --model is trained on --x and --y as it is. Leave ${it} out.`,
  );
}
