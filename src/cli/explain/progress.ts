/** How an explanation goes, on stderr: a bar on a terminal, a line per epoch and round elsewhere; and how far it was when it ends early. */
import type { StudyProgress } from '../../engine/explain/index.ts';
import type { Output } from '../output.ts';
import { formatDuration, formatNumber, plural } from '../text.ts';
import { countTitle, progressLine } from '../train/progress.ts';
import type { Tell } from './at-once.ts';

export interface ExplainProgress {
  /** How far it is, to follow "Interrupted". */
  readonly when: string;
  /** Of methods that run side by side; each is told shares of its work, from 0 to 1. */
  methods(names: readonly string[]): readonly Tell[];
  readonly study: (progress: StudyProgress) => void;
}

/** @param networks trained side by side, those on shuffled targets among them */
export function explainProgress(output: Output, networks: number): ExplainProgress {
  let when = 'before it began';
  let told = '';
  const draw = (title: string, share: number, texts: readonly string[]): void => {
    const columns = output.columns();
    if (columns !== null) output.draw(progressLine(columns, title, share, texts));
  };
  const tell = (title: string, share: number, texts: readonly string[]): void => {
    if (output.columns() === null && title !== told) output.say([title, ...texts].join('  '));
    told = title;
    draw(title, share, texts);
  };
  return {
    get when() {
      return when;
    },
    methods: (names) => {
      const title = names.length === 1 ? names[0] : plural(names.length, 'method');
      const shares = names.map(() => 0);
      const left = (): string => names.filter((_, k) => (shares[k] as number) < 1).join(', ');
      when = `during ${left()}`;
      return names.map((_, k) => (share) => {
        shares[k] = share;
        if (left() !== '') when = `during ${left()}`;
        const done = shares.reduce((sum, one) => sum + one, 0) / shares.length;
        draw(`${title} ${(done * 100).toFixed(0)} %`, done, []);
      });
    },
    study: (progress) => {
      const left = `${formatDuration(progress.secondsLeft)} left`;
      if (progress.phase === 'training') {
        const { epoch, epochs } = progress;
        when = `after ${epoch} of ${plural(epochs, 'epoch')}`;
        const texts = [plural(networks, 'network'), left];
        tell(countTitle('Epoch', epoch, epochs), epoch / epochs, texts);
        return;
      }
      const { repeat, repeats, study } = progress;
      when = `after ${repeat} of ${plural(repeats, 'round')} of permutations`;
      const band = `null band ${formatNumber(study.nullLow)} to ${formatNumber(study.nullHigh)}`;
      tell(countTitle('Round', repeat, repeats), repeat / repeats, [band, left]);
    },
  };
}
