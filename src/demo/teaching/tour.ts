/** The stops of "Show me around": what each is about, where it stands, and what is said there. */
import { msg } from '../words.ts';

export interface TourStop {
  readonly id: string;
  /** Id of a section of the page. */
  readonly section: string;
  /** data-testids of what is looked at; those that are there are outlined, and the first of them is brought into view. */
  readonly targets: readonly string[];
  readonly title: string;
  /** Two sentences. */
  readonly text: string;
  /** To be answered before looking. */
  readonly question: string | null;
  /** Said in addition where there is no device. */
  readonly without: string | null;
}

export const TOUR = [
  {
    id: 'forecast',
    section: 'forecast',
    targets: ['verdict'],
    get title() {
      return msg('Does it work?');
    },
    get text() {
      return msg(
        'The last fifth of the series was kept away from training. There the network is held against the plainest forecast of all, the last value seen.',
      );
    },
    get question() {
      return msg('Predict first: can a network that was never trained beat it?');
    },
    without: null,
  },
  {
    id: 'training',
    section: 'learning',
    targets: ['loss-chart', 'loss-empty', 'static-loss'],
    get title() {
      return msg('Train it from zero');
    },
    get text() {
      return msg(
        'Training goes through all windows again and again, and moves each weight a little against its gradient. The part for validation is never trained on: where its loss is lowest is the best epoch.',
      );
    },
    get question() {
      return msg('Predict first: after how many epochs will it turn up again?');
    },
    get without() {
      return msg('Training needs WebGPU, and there is none here.');
    },
  },
  {
    id: 'gates',
    section: 'gates',
    targets: ['matrix-bias'],
    get title() {
      return msg('The forget gate\u2019s block');
    },
    get text() {
      return msg(
        'Each of the three arrays holds all four gates side by side, in blocks of as many columns as there are units. The second block is the forget gate, here in the bias.',
      );
    },
    get question() {
      return msg('Predict first: in which block is every bias exactly 1 before training?');
    },
    without: null,
  },
  {
    id: 'cell',
    section: 'cell',
    targets: ['cell-terms', 'cell-code'],
    get title() {
      return msg('One product, and its line of code');
    },
    get text() {
      return msg(
        'The forget gate of a unit is a sum of such products, squeezed between 0 and 1. Below the numbers stands the kernel that adds them up, with its lines marked.',
      );
    },
    question: null,
    without: null,
  },
  {
    id: 'through-time',
    section: 'through-time',
    targets: ['time-view-f', 'time-readout'],
    get title() {
      return msg('A column through time');
    },
    get text() {
      return msg(
        'A row is one unit, a column is one time step of the window, the newest at the right. The chosen cell is the same one in all six drawings.',
      );
    },
    get question() {
      return msg('Predict first: at a forget gate of 0.9, how many steps until half of the memory is gone?');
    },
    without: null,
  },
  {
    id: 'time-steps',
    section: 'time-steps',
    targets: ['steps-slider', 'steps-count'],
    get title() {
      return msg('Where is time_steps?');
    },
    get text() {
      return msg(
        'Move the slider: the shape of x changes, the weights do not. The same numbers are used once for every row of the window.',
      );
    },
    get question() {
      return msg('Predict first: which of the shapes change when T goes from 14 to 30?');
    },
    without: null,
  },
  {
    id: 'gradient',
    section: 'time-steps',
    targets: ['gradient-reading', 'gradient-chart'],
    get title() {
      return msg('Who taught the weights?');
    },
    get text() {
      return msg(
        'The gradient of each weight is a sum over the time steps. A bar is as high as what one step adds to it.',
      );
    },
    get question() {
      return msg('Predict first: which rows teach most, the newest or the oldest?');
    },
    get without() {
      return msg('The gradient is computed by a graphics device, and there is none here.');
    },
  },
  {
    id: 'lag-lab',
    section: 'lag-lab',
    targets: ['lag-reading', 'lag-map-chart', 'lag-state', 'lag-box'],
    get title() {
      return msg('Which rows does it use?');
    },
    get text() {
      return msg(
        'No weight belongs to a row, so one asks by changing the data. Here a bar is as high as the forecast\u2019s slope at that row; the other ways of asking, and the controls, stand around it.',
      );
    },
    get question() {
      return msg('Predict first: does the newest row get the highest bar?');
    },
    get without() {
      return msg('The bars are measured on a graphics device, and there is none here.');
    },
  },
  {
    id: 'keras',
    section: 'keras',
    targets: ['keras-zone'],
    get title() {
      return msg('Does Keras agree?');
    },
    get text() {
      return msg(
        'Here you open a model file of Keras, TensorFlow.js, PyTorch or ONNX, and see its gates beside those of this page. Take yours as model.keras from \u201cTake it with you\u201d below and open it here.',
      );
    },
    get question() {
      return msg('Predict first: how large will the largest difference be?');
    },
    without: null,
  },
  {
    id: 'teachers',
    section: 'teachers',
    targets: ['lesson'],
    get title() {
      return msg('For teachers');
    },
    get text() {
      return msg(
        'Each lesson is a link that sets data, seed and settings, so that a whole class begins with the same numbers. Below are questions that are checked at once, a sheet to print, and code to embed a view.',
      );
    },
    question: null,
    without: null,
  },
] as const satisfies readonly TourStop[];

export type TourStopId = (typeof TOUR)[number]['id'];
