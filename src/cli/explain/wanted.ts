/** Which methods an explanation takes: those asked for that model and data allow. All of it before a device is asked for. */
import { halfLifeFault } from '../../engine/explain/index.ts';
import { GatewiseError, gradientFault } from '../../engine/index.ts';
import { quote } from '../text.ts';
import { type Method, PLACE_METHODS, type PlaceMethod } from './options.ts';
import type { Subject } from './subject.ts';

export interface Wanted {
  /** Those with a number for each place, the one the table leads with first. */
  readonly places: readonly PlaceMethod[];
  readonly halfLives: boolean;
  /** Sentences on what is left out. */
  readonly notes: readonly string[];
}

/** @throws GatewiseError when the one method asked for cannot be had, or none of all */
export function wantedBy(method: Method, subject: Subject): Wanted {
  const { file, model, windows } = subject;
  const fault = faultsOf(subject);
  if (method !== 'all') {
    const own = fault(method);
    if (own !== null)
      throw refusal(`${quote(file)}: ${own}${method === 'half-life' ? ' Choose another method.' : ''}`);
    return method === 'half-life'
      ? { places: [], halfLives: true, notes: [] }
      : { places: [method], halfLives: false, notes: [] };
  }
  const hasTargets = 'kind' in windows || windows.y !== null;
  const had = PLACE_METHODS.filter((one) => hasTargets || !isOfErrors(one));
  const places = had.filter((one) => fault(one) === null);
  const halfLives = fault('half-life') === null;
  const notes = [...had, 'half-life' as const].flatMap((one) => {
    const own = fault(one);
    return own === null ? [] : [`Without ${one}: ${own}`];
  });
  if (places.length > 0 || halfLives) return { places, halfLives, notes };
  throw refusal(
    `${quote(file)} has no gradients here and no half-lives (${model.config.layers.map(({ class_name: className }) => className).join(', ')}). Give --y Y.npy, for permutation and occlusion.`,
  );
}

const isOfErrors = (method: Method): boolean => method === 'permutation' || method === 'occlusion';

/** Why a method cannot be had of this model on these windows; null where it can. */
function faultsOf({ model, window, features, windows, study }: Subject): (method: Method) => string | null {
  const count = 'kind' in windows ? windows.starts.length : (windows.x.shape[0] ?? 0);
  const lonely =
    'there is only one window, and permutation exchanges values among windows. Give at least two, better hundreds.';
  const gradients = gradientFault(model.config, [window, features.length]);
  return (method) => {
    if (method === 'half-life') return halfLifeFault(model.config.layers);
    if (count < 2 && study !== null) return `verdicts go by permutation; ${lonely}`;
    if (count < 2 && method === 'permutation') return lonely;
    return method === 'gradient' || method === 'ig' ? gradients : null;
  };
}

function refusal(sentence: string): Error {
  return new GatewiseError('bad-input', sentence);
}
