/** What rounds of permutations have told so far: effects of each network and place, and the band, put together to a study. */
import type { LagMap } from './lag-map.ts';
import { meanEffects } from './mean-effects.ts';
import { EMPTY_BAND, type NullBand, united, widened } from './null-band.ts';
import type { Permutation } from './permutation.ts';
import { SHADOW_NAME } from './shadow-column.ts';
import { checkLeft, networkName, type StudyModel } from './study-model.ts';
import type { LagFinding, LagStudy, ShadowFinding } from './study-report.ts';
import { VERDICT_RULE, verdictOf } from './verdict.ts';

export class StudyEvidence {
  private readonly study: StudyModel;
  /** [E] maps with the shadow column. */
  private readonly sensitivity: readonly LagMap[];
  /** [T * D] of networks nobody has trained, mean over the seeds. */
  private readonly untrained: readonly number[];
  /** [E, T * (D + 1)] sums over the repeats, and [E]. */
  private readonly effects: Float64Array;
  private readonly wholeWindow: Float64Array;
  private rmse: Float64Array = new Float64Array();
  /** What each member adds to the band: one that is left out later takes its part with it. */
  private readonly bands: NullBand[];
  /** Members with an effect, an error or a sensitivity that is not finite. */
  private readonly leftOut = new Set<number>();
  private repeats = 0;
  private windows = 0;

  constructor(study: StudyModel, sensitivity: readonly LagMap[], untrained: Permutation) {
    this.study = study;
    this.sensitivity = sensitivity;
    const { members } = study.model;
    this.effects = new Float64Array(members * this.places);
    this.wholeWindow = new Float64Array(members);
    this.bands = Array.from({ length: members }, () => EMPTY_BAND);
    const fresh = range(members / 2).map((e) => meanEffects(untrained, e));
    this.untrained = this.realPlaces().map((place) => mean(fresh.map((own) => own[place] as number)));
    sensitivity.forEach(({ values }, e) => {
      if (!values.every(Number.isFinite)) this.leftOut.add(e);
    });
  }

  /**
   * Adds a round: repeats of all places that are not in yet.
   * @throws GatewiseError 'diverged' when too few networks give finite numbers
   */
  add(round: Permutation): void {
    const { study, places, effects } = this;
    for (const e of [...study.learners, ...study.shuffled]) {
      if (!isAllFinite(round, e)) this.leftOut.add(e);
      if (this.leftOut.has(e)) continue;
      for (let place = 0; place < places; place++) {
        const own = repeatsOf(round, e, place);
        const cell = e * places + place;
        effects[cell] = (effects[cell] as number) + sum(own);
        if (study.shuffled.includes(e) || this.isShadow(place))
          this.bands[e] = widened(this.bands[e] as NullBand, own);
      }
      const whole = round.wholeWindow.subarray(e * round.repeats, (e + 1) * round.repeats);
      this.wholeWindow[e] = (this.wholeWindow[e] as number) + sum(whole);
    }
    this.rmse = round.rmse;
    this.repeats += round.repeats;
    this.windows = round.windows;
    checkLeft(
      this.left(study.learners).length,
      this.left(study.shuffled).length,
      study.model.members / 2,
      'gave finite numbers on the windows measured',
    );
  }

  /** The study as it stands after the rounds so far, at least one. */
  toStudy(): LagStudy {
    const { study, repeats } = this;
    const { features } = study;
    const [learners, shuffled] = [this.left(study.learners), this.left(study.shuffled)];
    const band = [...learners, ...shuffled].map((e) => this.bands[e] as NullBand).reduce(united, EMPTY_BAND);
    const wholeWindow = learners.map((e) => (this.wholeWindow[e] as number) / repeats);
    const { places } = this;
    const shadowSensitivity = learners.map((e) =>
      Math.max(
        ...range(places)
          .filter((place) => this.isShadow(place))
          .map((place) => this.sensitivityOf(e, place)),
      ),
    );
    const finding = (place: number): LagFinding => {
      const perSeed = this.effectsOf(learners, place);
      const sensitivityPerSeed = learners.map((e) => this.sensitivityOf(e, place));
      return {
        lag: Math.floor(place / (features.length + 1)) + 1,
        feature: features[place % (features.length + 1)] ?? SHADOW_NAME,
        value: mean(perSeed),
        perSeed,
        sensitivity: mean(sensitivityPerSeed),
        sensitivityPerSeed,
        nullLow: band.low,
        nullHigh: band.high,
        verdict: verdictOf({
          effects: perSeed,
          wholeWindow,
          sensitivity: sensitivityPerSeed,
          shadowSensitivity,
          band,
        }),
      };
    };
    const withoutVerdict = ({ verdict: _, ...rest }: LagFinding): ShadowFinding => rest;
    return {
      seeds: learners.length,
      window: study.split.train.window,
      features,
      windows: this.windows,
      repeats,
      findings: this.realPlaces().map(finding),
      shadow: range(places)
        .filter((place) => this.isShadow(place))
        .map(finding)
        .map(withoutVerdict),
      shadowSensitivity,
      nullLow: band.low,
      nullHigh: band.high,
      rmse: learners.map((e) => this.rmse[e] as number),
      wholeWindow,
      controls: {
        untrained: this.untrained,
        shuffled: this.realPlaces().map((place) => mean(this.effectsOf(shuffled, place))),
        shuffledSensitivity: this.realPlaces().map((place) =>
          mean(shuffled.map((e) => this.sensitivityOf(e, place))),
        ),
      },
      notes: [...study.notes, ...this.notes()],
      rule: VERDICT_RULE,
    };
  }

  private left(members: readonly number[]): number[] {
    return members.filter((e) => !this.leftOut.has(e));
  }

  private notes(): string[] {
    const { learners, shuffled, model, seed } = this.study;
    return [...learners, ...shuffled]
      .filter((e) => this.leftOut.has(e))
      .map(
        (e) =>
          `${networkName(e, model.members / 2, seed)} is left out: its forecasts or their gradients are not finite on some of the windows measured.`,
      );
  }

  /** T * (D + 1) */
  private get places(): number {
    return this.study.split.train.window * (this.study.features.length + 1);
  }

  private isShadow(place: number): boolean {
    return place % (this.study.features.length + 1) === this.study.features.length;
  }

  private realPlaces(): number[] {
    return range(this.places).filter((place) => !this.isShadow(place));
  }

  /** Means over the repeats, one for each member. */
  private effectsOf(members: readonly number[], place: number): number[] {
    return members.map((e) => (this.effects[e * this.places + place] as number) / this.repeats);
  }

  private sensitivityOf(member: number, place: number): number {
    return this.sensitivity[member]?.values[place] as number;
  }
}

function repeatsOf({ effects, places, repeats }: Permutation, member: number, place: number): Float64Array {
  const first = (member * places.length + place) * repeats;
  return effects.subarray(first, first + repeats);
}

/** Whether a round gave a number for all there is of a member. */
function isAllFinite({ rmse, effects, wholeWindow, places, repeats }: Permutation, member: number): boolean {
  const own = [
    effects.subarray(member * places.length * repeats, (member + 1) * places.length * repeats),
    wholeWindow.subarray(member * repeats, (member + 1) * repeats),
    rmse.subarray(member, member + 1),
  ];
  return own.every((values) => values.every(Number.isFinite));
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, k) => k);
}

function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let k = 0; k < values.length; k++) total += values[k] as number;
  return total;
}

function mean(values: ArrayLike<number>): number {
  return sum(values) / values.length;
}
