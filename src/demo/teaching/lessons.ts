/** Lessons as links: each sets the page's state by its address, so that a whole class sees the same numbers. */
import type { LinkState } from '../url-state.ts';

export interface Lesson {
  readonly title: string;
  readonly minutes: number;
  readonly task: string;
  /** Where it leads and what it sets there; the series, seed and settings are the page's own unless it says otherwise. */
  readonly state: LinkState & { readonly section: string };
}

export const LESSONS: readonly Lesson[] = [
  {
    title: 'Does it beat yesterday?',
    minutes: 10,
    task: 'Train from zero and write down the mean error of the network and of \u201csame as yesterday\u201d. Which is smaller, and by how much?',
    state: { section: 'forecast' },
  },
  {
    title: 'Which matrix is which gate?',
    minutes: 10,
    task: 'Before training, find the block of the bias that is 1 throughout. Which gate is it, and which columns of kernel belong to it?',
    state: { section: 'gates', epoch: 0 },
  },
  {
    title: 'One gate by hand',
    minutes: 20,
    task: 'Four units only. Work out z, f, c and h of unit 0 with a calculator from the numbers shown, then compare.',
    state: { section: 'cell', recipe: { units: 4 }, window: 100, step: 13, unit: 0, gate: 'f' },
  },
  {
    title: 'How long does a unit remember?',
    minutes: 15,
    task: 'Four units after five epochs. Read the forget gates of unit 0 along its row, multiply those after t\u22125, and compare with what the page says is left of its memory.',
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
    title: 'Where is time_steps?',
    minutes: 10,
    task: 'Predict which shapes change with T. Then move the slider, and apply the same weights to 7, 14 and 30 days.',
    state: { section: 'time-steps', recipe: { units: 16 } },
  },
  {
    title: 'Which days teach the weights?',
    minutes: 15,
    task: 'Write down which days make up most of the gradient before training, under \u201cWhich steps the gradient comes from\u201d. Train, look again, and say what moved.',
    state: { section: 'time-steps', recipe: { units: 8, epochs: 10 }, epoch: 0 },
  },
  {
    title: 'A truth we planted: three rows back',
    minutes: 20,
    task: 'Here y is the x of three rows before, and we know it. Train; which row of the window teaches the weights most, and how sure could you be of that without knowing the truth?',
    state: { section: 'time-steps', preset: 'lag-3' },
  },
  {
    title: 'A cue to be kept for 20 rows',
    minutes: 20,
    task: 'All that matters stands in the oldest row. Train, then find the units that still hold something of it: whose forget gates stay near 1?',
    state: { section: 'through-time', preset: 'remember-20', gate: 'f' },
  },
  {
    title: 'Learning by heart',
    minutes: 15,
    task: 'A large network for a long time: at which epoch does the validation loss turn up while the training loss still falls?',
    state: { section: 'learning', recipe: { units: 128, epochs: 100 } },
  },
  {
    title: 'Does Keras agree?',
    minutes: 20,
    task: 'Download model.keras, open it in \u201cKeras and verify\u201d, and compare it with the model above: what is the largest difference?',
    state: { section: 'keras' },
  },
  {
    title: 'What the graphics card does',
    minutes: 15,
    task: 'Count the dispatches of a training step, time them, and run the self-test. Which kernel takes the longest, and why?',
    state: { section: 'bonnet' },
  },
];
