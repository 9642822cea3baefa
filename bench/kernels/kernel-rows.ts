/** The tables of --kernels: what each kernel takes, does and reaches of the adapter's roofline. */
import type { Config } from '../protocol.ts';
import { summarize } from '../statistics.ts';
import type { KernelTime } from './measure-kernels.ts';
import type { Roofline } from './roofline.ts';
import { type Purpose, workOf } from './work-of.ts';

/** Kernels of one configuration and purpose. */
export interface KernelTable {
  readonly config: Config;
  readonly purpose: Purpose;
  readonly kernels: readonly KernelTime[];
}

type Rows = readonly (readonly string[])[];

const HEAD = [
  'kernel',
  'dispatches',
  'workgroups',
  'microseconds',
  'quartiles',
  'least',
  'share',
  'GFLOP/s',
  '% of product',
  'GB/s',
  '% of copy',
];

export function kernelRows({ config, purpose, kernels }: KernelTable, roofline: Roofline): Rows {
  const summaries = kernels.map(({ microseconds }) => summarize(microseconds));
  const total = summaries.reduce((sum, { median }) => sum + median, 0);
  const { batch, steps, features, units } = config;
  const sizes = { members: 1, batch, steps, features, units, outputs: features };
  const rows = kernels.map(({ kernel, dispatches, workgroups }, k) => {
    const { median = Number.NaN, low = Number.NaN, high = Number.NaN, least = 0 } = summaries[k] ?? {};
    const work = workOf(kernel, sizes, purpose);
    const perSecond = (amount: number): number => amount / (least / 1e6);
    // A difference of two times may come out as nothing where there are no timestamps.
    const reached =
      work && least > 0
        ? [
            ...rate(perSecond(work.flops), roofline.product.perSecond),
            ...rate(perSecond(work.bytes), roofline.copy.perSecond),
          ]
        : ['-', '-', '-', '-'];
    return [
      kernel,
      String(dispatches),
      workgroups.join(' x '),
      median.toFixed(1),
      `${low.toFixed(1)} .. ${high.toFixed(1)}`,
      least.toFixed(1),
      `${((100 * median) / total).toFixed(1)} %`,
      ...reached,
    ];
  });
  const dispatches = kernels.reduce((sum, kernel) => sum + kernel.dispatches, 0);
  return [HEAD, ...rows, ['all', String(dispatches), '', total.toFixed(1), '', '', '', '', '', '', '']];
}

export function rooflineRows({ tried }: Roofline): Rows {
  return [
    ['yardstick', 'reached'],
    ...tried.map(({ by, perSecond }) => [
      by,
      `${(perSecond / 1e9).toFixed(2)} ${by.startsWith('copy') ? 'GB/s' : 'GFLOP/s'}`,
    ]),
  ];
}

/** In 1e9 a second, and as a share of the limit. */
function rate(perSecond: number, limit: number): [string, string] {
  return [(perSecond / 1e9).toFixed(2), `${((100 * perSecond) / limit).toFixed(0)} %`];
}
