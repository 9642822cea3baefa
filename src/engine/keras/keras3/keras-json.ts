/** JSON that Python reads with the types it needs, and the version of Keras whose files are written. */

/** The Keras whose files these are made like; readers tell the file's generation by it. */
export const KERAS_VERSION = '3.15.1';

/** Settings that Python must read as float: Keras raises on `"momentum": 0` and on `"learning_rate": 1`. */
const FLOAT_KEYS = [
  'learning_rate',
  'initial_learning_rate',
  'momentum',
  'rho',
  'beta_1',
  'beta_2',
  'epsilon',
  'weight_decay',
  'ema_momentum',
  'clipnorm',
  'clipvalue',
  'global_clipnorm',
  'rate',
  'delta',
  'l1',
  'l2',
  'mask_value',
  'scale',
  'offset',
];
/** Such a key with a whole number. A quote that is not escaped can't be inside a string, so only keys match. */
const WHOLE_FLOATS = new RegExp(`(?<!\\\\)("(?:${FLOAT_KEYS.join('|')})":-?\\d+)(?=[,}])`, 'g');

/** JSON.stringify with a decimal point in whole numbers where Python must see a float. */
export function pythonJson(value: object): string {
  return JSON.stringify(value).replace(WHOLE_FLOATS, '$1.0');
}
