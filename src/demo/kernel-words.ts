/** What each kernel does, in one sentence; test/unit/page-bonnet.test.ts holds the list against the engine's. */
import { say, type Told, told } from './words.ts';

const WORDS: Readonly<Record<string, Told>> = {
  lstm_forward: told(
    'Runs the LSTM over the whole window: four gates, cell state and output of each step, kept for the way back.',
  ),
  lstm_backward: told(
    'Goes back from the last step to the first and leaves the gradient of every gate\u2019s sum.',
  ),
  lstm_step_forward: told('Runs one time step of the LSTM, for layers too wide for one dispatch.'),
  lstm_step_backward: told('Goes one time step back through the LSTM.'),
  lstm_weight_gradient: told('Adds up the gradient of all LSTM weights over every window and time step.'),
  dense_head: told(
    'The last Dense layer, the loss and its gradient, and the gradients of the Dense weights.',
  ),
  dense_forward: told('A Dense layer: x \u00b7 W + b for every row.'),
  dense_weight_gradient: told('Adds up the gradient of a Dense layer\u2019s weights over all rows.'),
  input_gradient: told('Hands the gradient on to the layer below.'),
  loss: told('The loss of a batch and its gradient by the forecast.'),
  activation_forward: told('An activation, one number a thread; also copies a result into place.'),
  activation_backward: told('The slope of an activation times the gradient that arrives.'),
  dropout_forward: told('Sets a random share of the numbers to zero and scales the others up.'),
  dropout_backward: told('The same share of the gradient set to zero.'),
  gradient_norms: told('How large each gradient is, to clip it.'),
  adam: told('Moves every weight by its Adam step.'),
  sgd: told('Moves every weight against its gradient.'),
  rmsprop: told('Moves every weight by its RMSprop step.'),
  recurrent_forward: told(
    'An LSTM, GRU or SimpleRNN with every option of Keras, for forecasts of models from files.',
  ),
  masking_forward: told('Marks the time steps that do not count.'),
  merge_forward: told('Makes one of the two directions of a Bidirectional layer.'),
  repeat_forward: told('Repeats a vector along time.'),
  element_forward: told('ReLU, ELU or Rescaling, one number a thread.'),
  softmax_forward: told('Turns each row into shares that add up to 1.'),
  normalization_forward: told('BatchNormalization or LayerNormalization of a forecast.'),
};

/** One sentence; the kernel's name in words for one that is not listed. */
export const kernelWords = (kernel: string): string => say(WORDS[kernel] ?? kernel.replaceAll('_', ' '));
