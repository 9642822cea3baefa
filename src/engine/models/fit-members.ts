/** The members of a fit: who is still in training, what each epoch told of each, and how each ended. */
import type { GatewiseError } from '../core/errors.ts';
import type { EpochLogs, MemberLogs } from './callbacks.ts';
import { historyOf, type MemberHistory } from './fit-options.ts';

interface Member {
  readonly epochs: MemberLogs[];
  stopped: 'early' | 'diverged' | null;
  error: GatewiseError | null;
}

export class FitMembers {
  readonly count: number;
  private readonly members: readonly Member[];

  constructor(count: number) {
    this.count = count;
    this.members = Array.from({ length: count }, () => ({ epochs: [], stopped: null, error: null }));
  }

  isTraining(member: number): boolean {
    return this.members[member]?.stopped === null;
  }

  get areAnyTraining(): boolean {
    return this.members.some(({ stopped }) => stopped === null);
  }

  end(member: number, how: 'early' | 'diverged', error: GatewiseError | null = null): void {
    const own = this.members[member];
    if (own) Object.assign(own, { stopped: how, error });
  }

  /** Whether every member has diverged. */
  get haveAllDiverged(): boolean {
    return this.members.every(({ stopped }) => stopped === 'diverged');
  }

  /** Records an epoch of those still in training, and says what callbacks hear of it. */
  record(scoresOf: (member: number) => MemberLogs): EpochLogs {
    const members = this.members.map(({ epochs, stopped }, e): MemberLogs | null => {
      if (stopped !== null) return null;
      const scores = scoresOf(e);
      epochs.push(scores);
      return scores;
    });
    return { ...meanOf(members.filter((scores) => scores !== null)), members };
  }

  histories(): MemberHistory[] {
    return this.members.map(({ epochs, stopped, error }) => ({
      history: historyOf(epochs),
      ...(stopped ? { stopped } : {}),
      ...(error ? { error } : {}),
    }));
  }
}

function meanOf(all: readonly MemberLogs[]): MemberLogs {
  const mean = (key: keyof MemberLogs): number =>
    all.reduce((sum, scores) => sum + (scores[key] ?? Number.NaN), 0) / all.length;
  const scores = { loss: mean('loss'), mae: mean('mae') };
  return all[0]?.val_loss === undefined
    ? scores
    : { ...scores, val_loss: mean('val_loss'), val_mae: mean('val_mae') };
}
