/** Lessons as links: each sets the page's state by its address, so that a whole class sees the same numbers. */

/** What a link may set; the address is read where the page's state is kept. */
export interface LessonState {
  readonly preset?: string;
  readonly seed?: number;
  readonly units?: number;
  readonly window?: number;
  readonly epochs?: number;
  readonly epoch?: number;
  /** Window of the test part, time step, unit and gate that are looked at. */
  readonly w?: number;
  readonly t?: number;
  readonly unit?: number;
  readonly gate?: string;
  /** Sections, or `controls`, that are not to be seen. */
  readonly hide?: readonly string[];
}

export interface Lesson {
  readonly title: string;
  readonly minutes: number;
  readonly task: string;
  readonly section: string;
  readonly state: LessonState;
}

const CLASS = { preset: 'seattle', seed: 1 } as const;

export const LESSONS: readonly Lesson[] = [
  {
    title: 'Does it beat yesterday?',
    minutes: 10,
    task: 'Train from zero and write down the mean error of the network and of \u201csame as yesterday\u201d. Which is smaller, and by how much?',
    section: 'forecast',
    state: CLASS,
  },
  {
    title: 'Which matrix is which gate?',
    minutes: 10,
    task: 'Before training, find the block of the bias that is 1 throughout. Which gate is it, and which columns of kernel belong to it?',
    section: 'gates',
    state: { ...CLASS, epoch: 0 },
  },
  {
    title: 'One gate by hand',
    minutes: 20,
    task: 'Four units only. Work out z, f, c and h of unit 0 with a calculator from the numbers shown, then compare.',
    section: 'cell',
    state: { ...CLASS, units: 4, w: 100, t: 13, unit: 0, gate: 'f' },
  },
  {
    title: 'Where is time_steps?',
    minutes: 10,
    task: 'Predict which shapes change with T. Then move the slider, and apply the same weights to 7, 14 and 30 days.',
    section: 'time-steps',
    state: { ...CLASS, units: 16 },
  },
  {
    title: 'Learning by heart',
    minutes: 15,
    task: 'A large network for a long time: at which epoch does the validation loss turn up while the training loss still falls?',
    section: 'learning',
    state: { ...CLASS, units: 128, epochs: 100 },
  },
  {
    title: 'Does Keras agree?',
    minutes: 20,
    task: 'Download model.keras, open it in \u201cKeras and verify\u201d, and compare it with the model above: what is the largest difference?',
    section: 'keras',
    state: CLASS,
  },
  {
    title: 'What the graphics card does',
    minutes: 15,
    task: 'Count the dispatches of a training step, time them, and run the self-test. Which kernel takes the longest, and why?',
    section: 'bonnet',
    state: CLASS,
  },
];

/** The part of the address after the page: `#cell?preset=seattle&seed=1&gate=f`. */
export function stateHash(section: string, state: LessonState): string {
  const parts = Object.entries(state).map(
    ([key, value]) =>
      `${key}=${(Array.isArray(value) ? value : [value]).map((one) => encodeURIComponent(String(one))).join()}`,
  );
  return parts.length === 0 ? `#${section}` : `#${section}?${parts.join('&')}`;
}
