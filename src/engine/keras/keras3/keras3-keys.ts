/**
 * Config keys that every Keras 3 takes, class by class (keras v3.0.0 and v3.15.1, `__init__` of each). Keras refuses a file
 * for one key it does not know, so nothing else is written.
 */

const INPUT_WEIGHTS = ['kernel_initializer', 'kernel_regularizer', 'kernel_constraint'];
const BIAS = ['use_bias', 'bias_initializer', 'bias_regularizer', 'bias_constraint'];
const RECURRENT = [
  'return_sequences',
  'go_backwards',
  'stateful',
  'unroll',
  'zero_output_for_mask',
  'units',
  'activation',
  ...INPUT_WEIGHTS,
  'recurrent_initializer',
  'recurrent_regularizer',
  'recurrent_constraint',
  ...BIAS,
  'activity_regularizer',
  'dropout',
  'recurrent_dropout',
  'seed',
];
const NORMALIZATION = [
  'axis',
  'epsilon',
  'center',
  'scale',
  'beta_initializer',
  'gamma_initializer',
  'beta_regularizer',
  'gamma_regularizer',
  'beta_constraint',
  'gamma_constraint',
];

/** Beside `name` and `trainable`. The dtype is left to Keras: all of these models are float32. */
export const LAYER_KEYS: ReadonlyMap<string, readonly string[]> = new Map([
  ['LSTM', [...RECURRENT, 'recurrent_activation', 'unit_forget_bias']],
  ['GRU', [...RECURRENT, 'recurrent_activation', 'reset_after']],
  ['SimpleRNN', RECURRENT],
  ['Bidirectional', ['merge_mode', 'layer', 'backward_layer']],
  ['TimeDistributed', ['layer']],
  ['Dense', ['units', 'activation', ...INPUT_WEIGHTS, ...BIAS, 'activity_regularizer']],
  ['Activation', ['activation']],
  ['Softmax', ['axis']],
  ['ReLU', ['max_value', 'negative_slope', 'threshold']],
  ['LeakyReLU', ['negative_slope']],
  ['ELU', ['alpha']],
  ['Rescaling', ['scale', 'offset']],
  ['Dropout', ['rate', 'seed', 'noise_shape']],
  ['SpatialDropout1D', ['rate', 'seed']],
  ['GaussianNoise', ['stddev', 'seed']],
  ['GaussianDropout', ['rate', 'seed']],
  ['ActivityRegularization', ['l1', 'l2']],
  ['Masking', ['mask_value']],
  ['RepeatVector', ['n']],
  ['Flatten', []],
  ['Reshape', ['target_shape']],
  [
    'BatchNormalization',
    [...NORMALIZATION, 'momentum', 'moving_mean_initializer', 'moving_variance_initializer'],
  ],
  ['LayerNormalization', NORMALIZATION],
]);

const OPTIMIZER = ['name', 'learning_rate', 'weight_decay', 'clipnorm', 'clipvalue', 'global_clipnorm'];

/** Optimizers of Keras 3 with what they take. */
export const OPTIMIZER_KEYS: ReadonlyMap<string, readonly string[]> = new Map([
  ['SGD', [...OPTIMIZER, 'momentum', 'nesterov']],
  ['Adam', [...OPTIMIZER, 'beta_1', 'beta_2', 'epsilon', 'amsgrad']],
  ['AdamW', [...OPTIMIZER, 'beta_1', 'beta_2', 'epsilon', 'amsgrad']],
  ['RMSprop', [...OPTIMIZER, 'rho', 'momentum', 'epsilon', 'centered']],
  ['Nadam', [...OPTIMIZER, 'beta_1', 'beta_2', 'epsilon']],
  ['Adamax', [...OPTIMIZER, 'beta_1', 'beta_2', 'epsilon']],
  ['Adagrad', [...OPTIMIZER, 'initial_accumulator_value', 'epsilon']],
  ['Adadelta', [...OPTIMIZER, 'rho', 'epsilon']],
  [
    'Ftrl',
    [
      ...OPTIMIZER,
      'learning_rate_power',
      'initial_accumulator_value',
      'l1_regularization_strength',
      'l2_regularization_strength',
      'l2_shrinkage_regularization_strength',
      'beta',
    ],
  ],
]);

/** Other names of losses, and the one that loads from every kind of file (keras-reference 2.6). */
export const LOSS_NAMES: ReadonlyMap<string, string> = new Map([
  ['mse', 'mean_squared_error'],
  ['mae', 'mean_absolute_error'],
  ['mape', 'mean_absolute_percentage_error'],
  ['msle', 'mean_squared_logarithmic_error'],
  ['logcosh', 'log_cosh'],
  ['kld', 'kl_divergence'],
  ['bce', 'binary_crossentropy'],
  ['huber_loss', 'huber'],
  ['kullback_leibler_divergence', 'kl_divergence'],
  ['cosine_proximity', 'cosine_similarity'],
  ...[
    'mean_squared_error',
    'mean_absolute_error',
    'mean_absolute_percentage_error',
    'mean_squared_logarithmic_error',
    'huber',
    'log_cosh',
    'binary_crossentropy',
    'categorical_crossentropy',
    'sparse_categorical_crossentropy',
    'hinge',
    'squared_hinge',
    'categorical_hinge',
    'kl_divergence',
    'poisson',
    'cosine_similarity',
  ].map((name): [string, string] => [name, name]),
]);

/** Metrics that Keras 3 knows by these names; others are functions of the file's author. */
export const METRIC_NAMES: ReadonlySet<string> = new Set([
  'mse',
  'mae',
  'mape',
  'msle',
  'acc',
  'accuracy',
  'mean_squared_error',
  'mean_absolute_error',
  'mean_absolute_percentage_error',
  'mean_squared_logarithmic_error',
  'root_mean_squared_error',
  'cosine_similarity',
  'r2_score',
  'binary_accuracy',
  'categorical_accuracy',
  'sparse_categorical_accuracy',
  'top_k_categorical_accuracy',
  'sparse_top_k_categorical_accuracy',
  'binary_crossentropy',
  'categorical_crossentropy',
  'sparse_categorical_crossentropy',
  'kl_divergence',
  'poisson',
  'hinge',
  'squared_hinge',
  'categorical_hinge',
  'auc',
  'precision',
  'recall',
]);
