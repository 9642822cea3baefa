/** What each kernel does, in one sentence; test/unit/page-bonnet.test.ts holds the list against the engine's. */
const WORDS: Readonly<Record<string, string>> = {
  lstm_forward:
    'Runs the LSTM over the whole window: four gates, cell state and output of each step, kept for the way back.',
  lstm_backward:
    'Goes back from the last step to the first and leaves the gradient of every gate\u2019s sum.',
  lstm_step_forward: 'Runs one time step of the LSTM, for layers too wide for one dispatch.',
  lstm_step_backward: 'Goes one time step back through the LSTM.',
  lstm_weight_gradient: 'Adds up the gradient of all LSTM weights over every window and time step.',
  dense_head: 'The last Dense layer, the loss and its gradient, and the gradients of the Dense weights.',
  dense_forward: 'A Dense layer: x \u00b7 W + b for every row.',
  dense_weight_gradient: 'Adds up the gradient of a Dense layer\u2019s weights over all rows.',
  input_gradient: 'Hands the gradient on to the layer below.',
  loss: 'The loss of a batch and its gradient by the forecast.',
  activation_forward: 'An activation, one number a thread; also copies a result into place.',
  activation_backward: 'The slope of an activation times the gradient that arrives.',
  dropout_forward: 'Sets a random share of the numbers to zero and scales the others up.',
  dropout_backward: 'The same share of the gradient set to zero.',
  gradient_norms: 'How large each gradient is, to clip it.',
  adam: 'Moves every weight by its Adam step.',
  sgd: 'Moves every weight against its gradient.',
  rmsprop: 'Moves every weight by its RMSprop step.',
  recurrent_forward:
    'An LSTM, GRU or SimpleRNN with every option of Keras, for forecasts of models from files.',
  masking_forward: 'Marks the time steps that do not count.',
  merge_forward: 'Makes one of the two directions of a Bidirectional layer.',
  repeat_forward: 'Repeats a vector along time.',
  element_forward: 'ReLU, ELU or Rescaling, one number a thread.',
  softmax_forward: 'Turns each row into shares that add up to 1.',
  normalization_forward: 'BatchNormalization or LayerNormalization of a forecast.',
};

/** One sentence; the kernel's name in words for one that is not listed. */
export const kernelWords = (kernel: string): string => WORDS[kernel] ?? kernel.replaceAll('_', ' ');
