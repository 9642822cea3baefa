/**
 * LSTM, GRU, SimpleRNN, their cuDNN versions and Bidirectional of every generation in the words of Keras 3
 * (keras-reference 2.1, 1.3).
 */
import { badInput } from '../../core/errors.ts';
import { isObject, type JsonObject, own, ownString, shown } from '../bytes/untrusted-json.ts';
import { kerasLayer } from '../keras3/keras-config.ts';
import type { KerasObject } from '../model/keras-model.ts';
import { defaultRecurrentActivation, defaultResetAfter, noteAssumption } from './dialect.ts';
import { OldConfig } from './old-config.ts';
import { upgradeActivationName } from './upgrade-activation.ts';
import { constraint, initializer, regularizer } from './upgrade-training-parts.ts';

type Json = Record<string, unknown>;

/** Classes of recurrent layers in files, and what they are here. */
export const RECURRENT_CLASSES: Readonly<Record<string, 'LSTM' | 'GRU' | 'SimpleRNN'>> = {
  LSTM: 'LSTM',
  CuDNNLSTM: 'LSTM',
  GRU: 'GRU',
  CuDNNGRU: 'GRU',
  SimpleRNN: 'SimpleRNN',
};

/** Cells of an `RNN` layer. */
const CELLS: Readonly<Record<string, string>> = {
  LSTMCell: 'LSTM',
  GRUCell: 'GRU',
  SimpleRNNCell: 'SimpleRNN',
};

/** An RNN around one cell as the layer that it is: `RNN(LSTMCell(8))` is an LSTM. Anything else stays as it is. */
export function unwrapCell(className: string, config: JsonObject): { className: string; config: JsonObject } {
  const cell = own(config, 'cell');
  const cellConfig = own(cell, 'config');
  const cellClass = ownString(cell, 'class_name') ?? '';
  const found = Object.hasOwn(CELLS, cellClass) ? CELLS[cellClass] : undefined;
  if (className !== 'RNN' || found === undefined || !isObject(cellConfig)) return { className, config };
  const merged = Object.create(null) as Json;
  for (const source of [cellConfig, config]) {
    for (const key of Object.keys(source)) if (key !== 'cell') merged[key] = source[key];
  }
  return { className: found, config: merged };
}

/** @param fileClass a key of RECURRENT_CLASSES */
export function upgradeRecurrent(old: OldConfig, fileClass: string): Json {
  const className = RECURRENT_CLASSES[fileClass] ?? 'LSTM';
  const isCudnn = fileClass.startsWith('CuDNN');
  const { dialect, kerasVersion } = old.context;
  if (old.boolean(false, 'time_major')) {
    throw badInput(
      `${old.owner}: time_major is true (inputs [time, batch, features]), which is not understood. Save the model with time_major=False.`,
    );
  }
  const isAssumed = !isCudnn && !old.hasValue('recurrent_activation', 'inner_activation');
  if (className !== 'SimpleRNN' && isAssumed) noteAssumption(old.context);
  const gates: Json =
    className === 'SimpleRNN'
      ? {}
      : {
          recurrent_activation: upgradeActivationName(
            old,
            isCudnn ? 'sigmoid' : defaultRecurrentActivation(dialect, kerasVersion),
            'recurrent_activation',
            'inner_activation',
          ),
        };
  const config: Json = {
    return_sequences: old.boolean(false, 'return_sequences'),
    go_backwards: old.boolean(false, 'go_backwards'),
    stateful: old.boolean(false, 'stateful'),
    unroll: old.boolean(false, 'unroll'),
    units: old.integer('units', 'output_dim'),
    activation: upgradeActivationName(old, 'tanh', 'activation'),
    ...gates,
    use_bias: old.boolean(true, 'use_bias'),
    dropout: old.number(0, 'dropout', 'dropout_W'),
    recurrent_dropout: old.number(0, 'recurrent_dropout', 'dropout_U'),
  };
  if (old.boolean(false, 'zero_output_for_mask')) config.zero_output_for_mask = true;
  // Which of its outputs are used is a matter of the graph, not of the layer.
  old.ignore('return_state');
  if (className === 'LSTM') config.unit_forget_bias = forgetBias(old);
  if (className === 'GRU') {
    const initial = defaultResetAfter(dialect, kerasVersion);
    config.reset_after = isCudnn || old.boolean(initial, 'reset_after');
  }
  return { ...config, ...trainingParts(old) };
}

function trainingParts(old: OldConfig): Json {
  return {
    ...initializer(old, 'kernel_initializer', 'init'),
    ...initializer(old, 'recurrent_initializer', 'inner_init'),
    ...initializer(old, 'bias_initializer'),
    ...regularizer(old, 'kernel_regularizer', 'W_regularizer'),
    ...regularizer(old, 'recurrent_regularizer', 'U_regularizer'),
    ...regularizer(old, 'bias_regularizer', 'b_regularizer'),
    ...regularizer(old, 'activity_regularizer'),
    ...constraint(old, 'kernel_constraint'),
    ...constraint(old, 'recurrent_constraint'),
    ...constraint(old, 'bias_constraint'),
  };
}

/** Keras 1 named an initializer; anything but one means no ones in the forget quarter. TF.js: absent is false. */
function forgetBias(old: OldConfig): boolean {
  const initial = old.take('forget_bias_init');
  if (initial !== undefined)
    return initial === 'one' || initial === 'ones' || ownString(initial, 'class_name') === 'Ones';
  return old.boolean(old.context.dialect !== 'tfjs', 'unit_forget_bias');
}

/** A Bidirectional with both directions told apart. */
export function upgradeBidirectional(old: OldConfig): Json {
  const forward = innerLayer(old, 'layer');
  if (forward === undefined) throw old.refusal(['layer'], undefined, 'an LSTM, GRU or SimpleRNN to wrap');
  const backward = innerLayer(old, 'backward_layer');
  if (forward.config.go_backwards === true) {
    throw badInput(
      `${old.owner}: the layer it wraps goes backwards itself, which swaps the directions and is not understood. Wrap one that goes forwards.`,
    );
  }
  if (backward !== undefined && backward.config.go_backwards !== true) {
    throw badInput(`${old.owner}: its backward_layer does not go backwards. Save it with go_backwards=True.`);
  }
  const merge = old.take('merge_mode');
  const isSet = old.has('merge_mode');
  const mergeMode = merge ?? (isSet && old.context.dialect !== 'tfjs' ? null : 'concat');
  if (mergeMode !== null && !['concat', 'sum', 'mul', 'ave'].includes(String(mergeMode))) {
    throw old.refusal(['merge_mode'], mergeMode, 'concat, sum, mul, ave or null');
  }
  // Of the wrapped layer, copied by Keras into the wrapper.
  old.ignore('return_sequences', 'return_state', 'stateful', 'unroll', 'go_backwards', 'weights');
  old.ignore('activity_regularizer', 'zero_output_for_mask');
  return {
    layer: forward,
    ...(backward === undefined ? {} : { backward_layer: backward }),
    merge_mode: mergeMode,
  };
}

function innerLayer(old: OldConfig, key: string): KerasObject | undefined {
  const value = old.take(key);
  if (value === undefined) return undefined;
  const given = own(value, 'config');
  const { className, config } = unwrapCell(
    ownString(value, 'class_name') ?? '',
    isObject(given) ? given : {},
  );
  if (!Object.hasOwn(RECURRENT_CLASSES, className)) {
    throw badInput(
      `${old.owner} of a file of ${old.context.writer} wraps ${className === '' ? shown(value) : `a layer of class ${className}`}; LSTM, GRU and SimpleRNN are understood in it.`,
    );
  }
  const name = (ownString(config, 'name') ?? className.toLowerCase()).replace(/[^A-Za-z0-9_.-]/g, '_');
  const inner = new OldConfig(className, name, config, old.context);
  const upgraded = upgradeRecurrent(inner, className);
  inner.reportUnread();
  // tf.keras and Keras 3 emit zeros at masked steps of a merged sequence, the others the output before.
  const isOlder = ['keras1', 'keras2', 'tfjs'].includes(old.context.dialect);
  const masked = isOlder ? { zero_output_for_mask: false } : {};
  return kerasLayer(RECURRENT_CLASSES[className] ?? className, { name, ...upgraded, ...masked });
}
