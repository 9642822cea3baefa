/** Lessons as links: each sets the page's state by its address, so that a whole class sees the same numbers. */

import type { LinkState } from '../url-link.ts';
import { msg } from '../words.ts';

export interface Lesson {
  readonly title: string;
  readonly minutes: number;
  readonly task: string;
  /** Where it leads and what it sets there; the series, seed and settings are the page's own unless it says otherwise. */
  readonly state: LinkState & { readonly section: string };
}

export const LESSONS: readonly Lesson[] = [
  {
    get title() {
      return msg('Does it beat yesterday?');
    },
    minutes: 10,
    get task() {
      return msg(
        'Train from zero and write down the mean error of the network and of \u201csame as yesterday\u201d. Which is smaller, and by how much?',
      );
    },
    state: { section: 'forecast' },
  },
  {
    get title() {
      return msg('Which matrix is which gate?');
    },
    minutes: 10,
    get task() {
      return msg(
        'Before training, find the block of the bias that is 1 throughout. Which gate is it, and which columns of kernel belong to it?',
      );
    },
    state: { section: 'gates', epoch: 0 },
  },
  {
    get title() {
      return msg('One gate by hand');
    },
    minutes: 20,
    get task() {
      return msg(
        'Four units only. Work out z, f, c and h of unit 0 with a calculator from the numbers shown, then compare.',
      );
    },
    state: { section: 'cell', recipe: { units: 4 }, window: 100, step: 13, unit: 0, gate: 'f' },
  },
  {
    get title() {
      return msg('How long does a unit remember?');
    },
    minutes: 15,
    get task() {
      return msg(
        'Four units after five epochs. Read the forget gates of unit 0 along its row, multiply those after t\u22125, and compare with what the page says is left of its memory.',
      );
    },
    state: {
      section: 'through-time',
      recipe: { units: 4 },
      epoch: 5,
      window: 100,
      step: 8,
      unit: 0,
      gate: 'f',
    },
  },
  {
    get title() {
      return msg('Where is time_steps?');
    },
    minutes: 10,
    get task() {
      return msg(
        'Predict which shapes change with T. Then move the slider, and apply the same weights to 7, 14 and 30 days.',
      );
    },
    state: { section: 'time-steps', recipe: { units: 16 } },
  },
  {
    get title() {
      return msg('Which days teach the weights?');
    },
    minutes: 15,
    get task() {
      return msg(
        'Write down which days make up most of the gradient before training, under \u201cWhich steps the gradient comes from\u201d. Train, look again, and say what moved.',
      );
    },
    state: { section: 'time-steps', recipe: { units: 8, epochs: 10 }, epoch: 0 },
  },
  {
    get title() {
      return msg('A truth we planted: three rows back');
    },
    minutes: 20,
    get task() {
      return msg(
        'Here y is the x of three rows before, and we know it. Train; which row of the window teaches the weights most, and how sure could you be of that without knowing the truth?',
      );
    },
    state: { section: 'time-steps', preset: 'lag-3' },
  },
  {
    get title() {
      return msg('Which rows does it use?');
    },
    minutes: 25,
    get task() {
      return msg(
        'The truth is planted: x at t\u22122, and nothing else. Train, then ask with each method in turn. Which name the right row, which name others too, and what do the controls say?',
      );
    },
    state: { section: 'lag-lab', preset: 'lag-3' },
  },
  {
    get title() {
      return msg('A cue to be kept for 20 rows');
    },
    minutes: 20,
    get task() {
      return msg(
        'All that matters stands in the oldest row. Train, then find the units that still hold something of it: whose forget gates stay near 1?',
      );
    },
    state: { section: 'through-time', preset: 'remember-20', gate: 'f' },
  },
  {
    get title() {
      return msg('Learning by heart');
    },
    minutes: 15,
    get task() {
      return msg(
        'A large network for a long time: at which epoch does the validation loss turn up while the training loss still falls?',
      );
    },
    state: { section: 'learning', recipe: { units: 128, epochs: 100 } },
  },
  {
    get title() {
      return msg('Does Keras agree?');
    },
    minutes: 20,
    get task() {
      return msg(
        'Download model.keras, open it in \u201cKeras and verify\u201d, and compare it with the model above: what is the largest difference?',
      );
    },
    state: { section: 'keras' },
  },
  {
    get title() {
      return msg('What the graphics card does');
    },
    minutes: 15,
    get task() {
      return msg(
        'Count the dispatches of a training step, time them, and run the self-test. Which kernel takes the longest, and why?',
      );
    },
    state: { section: 'bonnet' },
  },
];
