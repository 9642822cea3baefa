/**
 * Which sample comes when, of which window and with which target: for each member by itself, all over the same series and
 * targets. Pure bookkeeping; UploadedSamples sends what it says.
 */
import { badInput } from '../core/errors.ts';
import type { Random } from '../core/random.ts';
import type { Samples } from './samples.ts';

/** Swaps of a shuffle in one go: a few milliseconds of the page's thread. */
const SHUFFLE_SLICE = 65_536;

export class MemberSamples {
  private readonly samples: Samples;
  private readonly count: number;
  /** [E] each: null means as the data have it. */
  private readonly orders: (Uint32Array | null)[];
  private readonly starts: (Uint32Array | null)[];
  private readonly targetOrders: (Uint32Array | null)[];

  constructor(samples: Samples, members: number) {
    this.samples = samples;
    this.count = samples.starts.length;
    this.orders = Array(members).fill(null);
    this.starts = Array(members).fill(null);
    this.targetOrders = Array(members).fill(null);
  }

  /** A new order for each member; a long one is drawn in slices that leave the page room to answer. */
  async shuffle(randomOf: (member: number) => Random): Promise<void> {
    for (let e = 0; e < this.orders.length; e++) {
      const order = this.orders[e] ?? new Uint32Array(this.count);
      for (let k = 0; k < this.count; k++) order[k] = k;
      const random = randomOf(e);
      for (let from = this.count; from > 0; from -= SHUFFLE_SLICE) {
        random.shuffle(order, from, Math.max(0, from - SHUFFLE_SLICE));
        if (this.count > SHUFFLE_SLICE) await new Promise((resolve) => setTimeout(resolve));
      }
      this.orders[e] = order;
    }
  }

  /**
   * Lets members aim at targets of other samples.
   * @param orderOf for each member: the sample whose target sample k gets, or null for its own
   * @throws GatewiseError when an order does not name a sample for each
   */
  setTargets(orderOf: (member: number) => Uint32Array | null): void {
    for (let e = 0; e < this.targetOrders.length; e++) {
      const order = orderOf(e);
      if (order && (order.length !== this.count || order.some((k) => k >= this.count))) {
        throw badInput(
          `The target order of member ${e} has ${order.length} entries up to ${largest(order)}; it needs one for each of ${this.count} samples, from 0 to ${this.count - 1}.`,
        );
      }
      this.targetOrders[e] = order;
    }
  }

  /**
   * Lets members read other windows of the series.
   * @param startsOf for each member: the first row of each sample's window, or null for the data's own
   * @param lastStart the last row of the series that a window can begin in
   * @throws GatewiseError when there is not one for each sample, or a window reaches beyond the series
   */
  setStarts(startsOf: (member: number) => Uint32Array | null, lastStart: number): void {
    for (let e = 0; e < this.starts.length; e++) {
      const starts = startsOf(e);
      if (starts && (starts.length !== this.count || starts.some((row) => row > lastStart))) {
        throw badInput(
          `The window starts of member ${e} have ${starts.length} entries up to ${largest(starts)}; it needs one for each of ${this.count} samples, from 0 to ${lastStart}.`,
        );
      }
      this.starts[e] = starts;
    }
  }

  /**
   * Pairs (start row, target row) of samples `first` to `first + count - 1` in the order of each member, [E, count].
   * @returns how many numbers were written
   */
  fill(pairs: Uint32Array, first: number, count: number): number {
    const { samples } = this;
    let at = 0;
    for (let e = 0; e < this.orders.length; e++) {
      const order = this.orders[e];
      const starts = this.starts[e] ?? samples.starts;
      const targetOrder = this.targetOrders[e];
      for (let k = first; k < first + count; k++) {
        const source = order ? (order[k] as number) : k;
        pairs[at++] = starts[source] as number;
        pairs[at++] = samples.targetRows[targetOrder ? (targetOrder[source] as number) : source] as number;
      }
    }
    return at;
  }
}

function largest(values: Uint32Array): number {
  return values.reduce((a, b) => Math.max(a, b), 0);
}
