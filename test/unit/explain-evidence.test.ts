/** What rounds of permutations add up to: the band, means, controls and verdicts of a study, from numbers made by hand. */
import { describe, expect, it } from 'vitest';
import { placesOf } from '../../src/engine/explain/input-place.ts';
import type { Permutation } from '../../src/engine/explain/permutation.ts';
import { StudyEvidence } from '../../src/engine/explain/study-evidence.ts';
import type { StudyModel } from '../../src/engine/explain/study-model.ts';

const WINDOW = 2;
const MEMBERS = 6;
/** x and the shadow column at lags 1 and 2. */
const PLACES = placesOf(WINDOW, 2);

/** Three seeds, of which the second diverged, and so did the last network on shuffled targets. */
const STUDY = {
  model: { members: MEMBERS },
  split: { train: { window: WINDOW } },
  features: ['x'],
  learners: [0, 2],
  shuffled: [3, 4],
  notes: ['The network of seed 1 is left out.'],
} as unknown as StudyModel;

/** A round whose effects are `effectOf` a member and a place. */
function round(effectOf: (member: number, place: number) => number, whole = 1): Permutation {
  return {
    places: PLACES,
    repeats: 1,
    windows: 50,
    rmse: Float64Array.from({ length: MEMBERS }, (_, e) => e / 10),
    effects: Float64Array.from({ length: MEMBERS * PLACES.length }, (_, k) =>
      effectOf(Math.floor(k / PLACES.length), k % PLACES.length),
    ),
    wholeWindow: new Float64Array(MEMBERS).fill(whole),
  };
}

/** Sensitivity of x at lags 1 and 2, and of the shadow column, the same for all members. */
const sensitivity = ([x1, shadow1, x2, shadow2]: readonly [number, number, number, number]) =>
  Array.from({ length: MEMBERS }, () => ({
    window: WINDOW,
    features: ['x', 'shadow column'],
    values: Float64Array.of(x1, shadow1, x2, shadow2),
  }));

const QUIET = sensitivity([0.5, 0.1, 0.15, 0.2]);
const NOTHING = round(() => 0);

/** x at lag 1 counts for the learners, and for nobody else; members that diverged show nonsense. */
const telling = (shift: number) =>
  round((member, place) => {
    if (member === 1 || member === 5) return 1000;
    if (member < 3 && place === 0) return 3 + shift;
    return (member - 2) * 0.01 + shift;
  });

describe('the evidence of a study', () => {
  it('takes the band from networks on shuffled targets and from lags of the shadow column, of no other', () => {
    const evidence = new StudyEvidence(STUDY, QUIET, NOTHING);
    evidence.add(
      round((member, place) => {
        if (member === 1 || member === 5) return 1000;
        if (member === 3 && place === 0) return -0.3;
        if (member === 4 && place === 3) return 0.1;
        if (member === 0 && place === 1) return 0.2;
        if (member === 2 && place === 3) return -0.1;
        return place % 2 === 0 && member < 3 ? 7 : 0;
      }),
    );
    expect(evidence.toStudy()).toMatchObject({ nullLow: -0.3, nullHigh: 0.2 });
    evidence.add(round((member, place) => (member === 2 && place === 1 ? 0.4 : 0)));
    evidence.add(round((member, place) => (member === 4 && place === 1 ? -0.5 : 0)));
    expect(evidence.toStudy()).toMatchObject({ nullLow: -0.5, nullHigh: 0.4, repeats: 3 });
  });

  it('means effects over the rounds and then over the seeds that are left, and judges by them', () => {
    const evidence = new StudyEvidence(STUDY, QUIET, NOTHING);
    evidence.add(telling(0.01));
    evidence.add(telling(-0.01));
    const study = evidence.toStudy();
    const [newest, oldest] = study.findings;
    expect(study.seeds).toBe(2);
    expect(newest?.perSeed).toEqual([3, 3]);
    expect(newest).toMatchObject({ lag: 1, feature: 'x', value: 3, sensitivity: 0.5, verdict: 'used' });
    expect(oldest?.perSeed[0]).toBeCloseTo(-0.02, 12);
    expect(oldest?.perSeed[1]).toBeCloseTo(0, 12);
    expect(oldest?.value).toBeCloseTo(-0.01, 12);
    expect(oldest).toMatchObject({ lag: 2, feature: 'x', sensitivity: 0.15, verdict: 'not used' });
    expect(study.findings).toHaveLength(2);
    expect(study.rmse).toEqual([0, 0.2]);
    expect([study.windows, study.notes]).toEqual([50, STUDY.notes]);
  });

  it('holds sensitivity against the shadow column at its largest lag', () => {
    const verdictWith = (own: number) => {
      const evidence = new StudyEvidence(STUDY, sensitivity([0.5, 0.1, own, 0.2]), NOTHING);
      evidence.add(telling(0.01));
      evidence.add(telling(-0.01));
      const study = evidence.toStudy();
      expect(study.shadowSensitivity).toEqual([0.2, 0.2]);
      return study.findings[1]?.verdict;
    };
    expect(verdictWith(0.19)).toBe('not used');
    expect(verdictWith(0.2)).toBe('cannot tell');
  });

  it('takes small effects for inside by what permuting the whole window adds, the mean over the rounds', () => {
    const verdictWith = (whole: number) => {
      const evidence = new StudyEvidence(STUDY, QUIET, NOTHING);
      for (const share of [0.5, 1.5])
        evidence.add(round((e, p) => (p === 2 && e < 3 ? 0.06 : 0), whole * share));
      const study = evidence.toStudy();
      expect(study.wholeWindow).toEqual([whole, whole]);
      return study.findings[1]?.verdict;
    };
    expect(verdictWith(6.1)).toBe('not used');
    expect(verdictWith(5.9)).toBe('used');
  });

  const MORE = { ...STUDY, learners: [0, 1, 2], shuffled: [3, 4, 5], seed: 7 };
  const plain = (member: number, place: number): number => (member < 3 && place === 0 ? 3 : member * 0.01);

  it('leaves out networks whose numbers are not finite, with what they had added to the band, and says so', () => {
    const evidence = new StudyEvidence(MORE, QUIET, NOTHING);
    evidence.add(round((member, place) => (member === 4 ? -50 : plain(member, place))));
    expect(evidence.toStudy()).toMatchObject({ nullLow: -50, nullHigh: 0.05, seeds: 3, notes: STUDY.notes });
    const broken = round((member, place) =>
      member === 4 && place === 2 ? Number.NaN : plain(member, place),
    );
    broken.rmse[1] = Number.POSITIVE_INFINITY;
    evidence.add(broken);
    const study = evidence.toStudy();
    expect(study).toMatchObject({ nullLow: 0, nullHigh: 0.05, seeds: 2, rmse: [0, 0.2] });
    expect(study.findings[0]).toMatchObject({ perSeed: [3, 3], verdict: 'used' });
    expect(study.findings[1]?.verdict).toBe('not used');
    expect(study.notes.slice(1)).toEqual([
      'The network of seed 8, on true targets, is left out: its forecasts or their gradients are not finite on some of the windows measured.',
      'The network of seed 11, on shuffled targets, is left out: its forecasts or their gradients are not finite on some of the windows measured.',
    ]);
    expect(study.controls.shuffled[0]).toBeCloseTo(0.04, 12);
  });

  it('leaves out a network with a sensitivity that is not finite', () => {
    const maps = QUIET.map((map, e) =>
      e === 2 ? { ...map, values: map.values.map((value, at) => (at === 3 ? Number.NaN : value)) } : map,
    );
    const evidence = new StudyEvidence(MORE, maps, NOTHING);
    evidence.add(round(plain));
    expect(evidence.toStudy()).toMatchObject({ seeds: 2, shadowSensitivity: [0.2, 0.2] });
    expect(evidence.toStudy().notes.at(-1)).toContain('seed 9, on true targets');
  });

  it('ends where fewer than two of either half are left', () => {
    const evidence = new StudyEvidence(STUDY, QUIET, NOTHING);
    expect(() => evidence.add(round((member) => (member === 3 ? Number.NaN : 0)))).toThrow(
      'Only 2 of 3 networks on true targets and 1 of 3 on shuffled ones gave finite numbers',
    );
  });

  it('shows the lags of the shadow column without a verdict, and the bars of both controls', () => {
    const untrained = round((member, place) => (member < 3 ? member + place : 99));
    const maps = QUIET.map((map, e) => ({ ...map, values: map.values.map((value) => e * value) }));
    const evidence = new StudyEvidence(STUDY, maps, untrained);
    evidence.add(telling(0));
    const { shadow, controls } = evidence.toStudy();
    expect(shadow.map(({ lag, feature }) => [lag, feature])).toEqual([
      [1, 'shadow column'],
      [2, 'shadow column'],
    ]);
    expect(shadow[0]).not.toHaveProperty('verdict');
    // Means over members 0 and 2 of those trained, 3 and 4 of those on shuffled targets.
    expect(shadow[1]?.sensitivity).toBe(0.2);
    expect(controls.shuffledSensitivity[0]).toBeCloseTo(3.5 * 0.5, 12);
    expect(controls.shuffledSensitivity[1]).toBeCloseTo(3.5 * 0.15, 12);
    expect(controls.untrained).toEqual([1, 3]);
    expect(controls.shuffled[0]).toBeCloseTo(0.015, 12);
  });
});
