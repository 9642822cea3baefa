/** How much of a study is done, for a bar that never goes back: training is its first half, permuting its second. */
import type { LagProgress } from './lag-protocol.ts';

export function studyShare(now: LagProgress): number {
  switch (now.phase) {
    case 'measuring':
      return 0;
    case 'training':
      return now.epoch / now.epochs / 2;
    case 'permuting':
      return (1 + now.repeat / now.repeats) / 2;
  }
}
