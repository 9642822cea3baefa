/** Compile settings and optimizer states of two models side by side. */
import { formatShape } from '../../core/errors.ts';
import { isObject, own, shown } from '../bytes/untrusted-json.ts';
import type { KerasModel, OptimizerState } from '../model/keras-model.ts';

/**
 * A setting that both have is a difference of config; how far training has come, and what only one has, is a note.
 * @param config gets `optimizer: Adam in A, SGD in B`
 * @param notes get sentences
 */
export function compareTraining(a: KerasModel, b: KerasModel, config: string[], notes: string[]): void {
  if (a.compile && b.compile) {
    const [one, other] = [compileSettings(a.compile), compileSettings(b.compile)];
    const isOther = one.get('optimizer') !== other.get('optimizer');
    for (const key of new Set([...one.keys(), ...other.keys()])) {
      const [inA = 'the default', inB = 'the default'] = [one.get(key), other.get(key)];
      // Optimizers of two classes have settings of their own; only the rate is common to all.
      if (isOther && key.startsWith('optimizer ')) continue;
      if (inA !== inB) config.push(`${key}: ${inA} in A, ${inB} in B`);
    }
  } else if (a.compile || b.compile) {
    notes.push(`Only ${a.compile ? 'A' : 'B'} holds compile settings.`);
  }
  if (a.optimizerState && b.optimizerState) compareStates(a.optimizerState, b.optimizerState, notes);
  else if (a.optimizerState || b.optimizerState) {
    notes.push(`Only ${a.optimizerState ? 'A' : 'B'} holds an optimizer's state.`);
  }
}

function compileSettings({ optimizer, loss }: NonNullable<KerasModel['compile']>): Map<string, string> {
  const settings = new Map([
    ['optimizer', optimizer.class_name],
    ['loss', typeof loss === 'string' ? loss : loss.class_name],
    ['learning rate', settingText(own(optimizer.config, 'learning_rate')) ?? 'the default'],
  ]);
  const add = (owner: string, config: Readonly<Record<string, unknown>>): void => {
    for (const [key, value] of Object.entries(config)) {
      const text = settingText(value);
      if (key !== 'name' && key !== 'learning_rate' && text !== undefined)
        settings.set(`${owner} ${key}`, text);
    }
  };
  add('optimizer', optimizer.config);
  if (typeof loss !== 'string') add('loss', loss.config);
  return settings;
}

/** undefined where nothing is set. */
function settingText(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  if (!isObject(value)) return String(value);
  // A schedule: its class and its settings.
  const { class_name: className, config } = value;
  return typeof className === 'string' ? `${className} ${JSON.stringify(config)}` : shown(value);
}

function compareStates(a: OptimizerState, b: OptimizerState, notes: string[]): void {
  if (a.iterations !== b.iterations) {
    notes.push(`The optimizer has taken ${a.iterations} steps in A, ${b.iterations} in B.`);
  }
  if (a.learningRate !== b.learningRate) {
    notes.push(`The optimizer's rate stands at ${a.learningRate} in A, ${b.learningRate} in B.`);
  }
  for (const slot of a.slots) {
    const other = b.slots.find(({ name }) => name === slot.name);
    if (other === undefined) continue; // another optimizer, which was told
    const differing = slot.tensors.filter(({ shape, data }, i) => {
      const partner = other.tensors[i];
      return (
        formatShape(shape) !== formatShape(partner?.shape ?? []) ||
        data.some((value, at) => value !== partner?.data[at])
      );
    });
    if (differing.length > 0) {
      notes.push(
        `The optimizer's ${slot.name} differs in ${differing.length} of its ${slot.tensors.length} tensors.`,
      );
    }
  }
}
