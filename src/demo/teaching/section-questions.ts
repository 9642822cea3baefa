/** Questions on sections whose numbers are the same for every network: forecast, learning, time, files, the device. */

import { formatCount } from '../format.ts';
import { msg, str, told } from '../words.ts';
import type { Asked } from './questions.ts';

const KEPT = 0.9;
/** Bits of a float's fraction, the hidden one included. */
const FLOAT_BITS = { device: 24, reference: 53 } as const;

export function onSections(): Asked[] {
  const steps = Math.ceil(Math.log(0.5) / Math.log(KEPT));
  const digits = (bits: number): number => Math.floor(bits * Math.log10(2));
  return [
    {
      id: 'skill-number',
      text: msg(
        '\u201cSame as yesterday\u201d is wrong by 2 degrees on average, a forecast by 1.5. What is the skill of the forecast?',
      ),
      right: `${100 * (1 - 1.5 / 2)}\u00a0%`,
      wrong: ['75\u00a0%', '50\u00a0%', '\u221225\u00a0%'],
      why: msg('1 \u2212 1.5 / 2 = 0.25: a quarter of the plain forecast\u2019s error is gone.'),
      view: 'forecast',
    },
    {
      id: 'best-epoch',
      text: msg(
        'The validation loss is lowest at epoch 12 and rises after it, while the training loss still falls. What does the network do after epoch 12?',
      ),
      right: told('it learns the training part by heart'),
      wrong: [
        told('it learns the validation part'),
        told('it forgets the training part'),
        told('it stands still'),
      ],
      why: msg(
        'What it still learns helps on days it has seen and not on others. That is why the page goes back to the best epoch.',
      ),
      view: 'learning',
    },
    {
      id: 'loss-of-mean',
      text: msg('A network says the mean of the training part every day. About which loss has it there?'),
      right: '1',
      wrong: ['0', '0.5', '100'],
      why: msg(
        'Targets are scaled to a mean of 0 and a spread of 1, and the loss is the mean of the squared errors: just that spread, squared.',
      ),
      view: 'learning',
    },
    {
      id: 'half-memory',
      text: msg(
        str`The forget gate stands at ${KEPT} in every step. After how many steps is less than half of the memory left?`,
      ),
      right: formatCount(steps),
      wrong: ['2', '5', '10'],
      why: msg(
        str`${KEPT} to the power of ${steps} is ${(KEPT ** steps).toFixed(2)}, and one step before it was ${(KEPT ** (steps - 1)).toFixed(2)}. So even 0.9 forgets half within a week of days.`,
      ),
      view: 'through-time',
    },
    {
      id: 'swapped',
      text: msg(
        'In a file of weights the blocks of forget gate and candidate are swapped. What gives it away?',
      ),
      right: told('the forecasts'),
      wrong: [
        told('the shapes of the arrays'),
        told('the number of weights'),
        told('the sum of all weights'),
      ],
      why: msg(
        'Shapes, number and sum are the same. Only what the network computes is another, so compare gate by gate, and let it forecast.',
      ),
      view: 'keras',
    },
    {
      id: 'pytorch-order',
      text: msg('In which order does PyTorch keep the gates? Its g is the candidate.'),
      right: 'i, f, g, o',
      wrong: ['i, f, o, g', 'i, o, f, g', 'f, i, g, o'],
      why: msg(
        'The same order as in Keras, but as blocks of rows, and with two biases that are added. The formats that differ are ONNX (i, o, f, c\u0303) and Keras 1 (i, c\u0303, f, o).',
      ),
      view: 'keras',
    },
    {
      id: 'float-digits',
      text: msg('About how many decimal digits has a number on the graphics device?'),
      right: formatCount(digits(FLOAT_BITS.device)),
      wrong: ['3', formatCount(digits(FLOAT_BITS.reference)), '32'],
      why: msg(
        str`A 32-bit float keeps ${FLOAT_BITS.device} binary digits. So sums of many numbers may differ in the last place between devices; the self-test holds them against 64 bits.`,
      ),
      view: 'bonnet',
    },
  ];
}
