/**
 * How a model was compiled, by any generation: `training_config` of legacy files, `compile_config` of Keras 3,
 * `trainingConfig` of TF.js. Nothing here fails: what cannot be told is left out with a note, as Keras can load a model
 * without it.
 */

import { isObject, own, ownString, shown } from '../bytes/untrusted-json.ts';
import { METRIC_NAMES } from '../keras3/keras3-keys.ts';
import type { CompileConfig } from '../model/keras-model.ts';
import { snakeWord } from '../model/snake-word.ts';
import type { ConfigContext } from './dialect.ts';
import { upgradeLoss } from './upgrade-loss.ts';
import { upgradeOptimizer } from './upgrade-optimizer.ts';

/** @returns undefined where the file says nothing usable */
export function upgradeCompile(compile: unknown, context: ConfigContext): CompileConfig | undefined {
  if (!isObject(compile) || Object.keys(compile).length === 0) return undefined;
  const { notes } = context;
  const givenOptimizer = own(compile, 'optimizer_config') ?? own(compile, 'optimizer');
  const givenLoss = own(compile, 'loss');
  const optimizer = upgradeOptimizer(givenOptimizer, context);
  const loss = upgradeLoss(givenLoss, context);
  if (optimizer === undefined || loss === undefined) {
    const missing = optimizer === undefined ? ['optimizer', givenOptimizer] : ['loss', givenLoss];
    notes.push(
      `The compile settings were left out: their ${missing[0]} is ${missing[1] === undefined ? 'missing' : `not understood (${shown(missing[1])})`}.`,
    );
    return undefined;
  }
  return { optimizer, loss, metrics: metricsOf(own(compile, 'metrics'), notes) };
}

function metricsOf(value: unknown, notes: string[]): string[] {
  const metrics: string[] = [];
  const unknown: string[] = [];
  for (const one of flattened(value, 0)) {
    const name = metricName(one);
    if (name !== undefined && METRIC_NAMES.has(name)) metrics.push(name);
    else unknown.push(shown(name ?? one));
  }
  if (unknown.length > 0) {
    notes.push(`Metrics that Keras 3 has no name for were left out: ${unknown.slice(0, 5).join(', ')}.`);
  }
  return [...new Set(metrics)];
}

/** Lists and objects by output name hold metrics; `{class_name, config}` is one. */
function flattened(value: unknown, depth: number): unknown[] {
  if (value == null || depth > 4) return [];
  if (Array.isArray(value)) return value.flatMap((one) => flattened(one, depth + 1));
  if (isObject(value) && ownString(value, 'class_name') === undefined) {
    return Object.values(value).flatMap((one) => flattened(one, depth + 1));
  }
  return [value];
}

function metricName(value: unknown): string | undefined {
  if (typeof value === 'string') return snakeWord(value);
  const config = own(value, 'config');
  if (typeof config === 'string') return snakeWord(config);
  const wrapped = own(config, 'fn');
  if (wrapped !== undefined) return metricName(wrapped);
  const className = ownString(value, 'class_name');
  return className === undefined ? undefined : snakeWord(className);
}
