/**
 * The copies of weights and optimizer a fit keeps on the GPU: those to come back to after a divergence, the one callbacks
 * may make, and those of members that train no more. The kernels train all members alike, so a member that has ended goes
 * back to its copy at the end of every submission: nobody can read it in between, and it stands still for everyone.
 */
import { badInput } from '../core/errors.ts';
import type { BufferOwner } from '../gpu/buffers.ts';
import type { ModelState, Snapshot } from './state.ts';

export class FitWeights {
  private readonly state: ModelState;
  /** What a forward pass has found sound, and what the newest epoch's end left, not yet looked at. */
  private good: Snapshot;
  private newest: Snapshot;
  private hasNewest = false;
  /** Parameters as callbacks keep them, [E, stride]. */
  private readonly kept: GPUBuffer;
  private readonly hasKept = new Set<number>();
  /** Members whose weights stand still; `good` and `newest` both hold what they stand at. */
  private readonly held = new Set<number>();

  constructor(state: ModelState, owner: BufferOwner) {
    this.state = state;
    this.good = state.createSnapshot(owner, 'good');
    this.newest = state.createSnapshot(owner, 'newest');
    this.kept = owner.tensor('kept', state.members * state.layout.stride);
  }

  /** Takes the present weights for good. */
  begin(): void {
    this.state.save(this.good);
  }

  /** Copies what an epoch's end left; promote() makes it what to come back to. */
  saveNewest(): void {
    this.state.save(this.newest);
    this.hasNewest = true;
  }

  /** A forward pass over the newest weights went well: from now on they are the ones to come back to. */
  promote(): void {
    if (!this.hasNewest) return;
    this.hasNewest = false;
    [this.good, this.newest] = [this.newest, this.good];
  }

  /** Brings the last good weights of all members back. Steps submitted before must have run. */
  backToGood(): void {
    this.state.restore(this.good);
  }

  /** From now on the member stands where it is. */
  hold(member: number): void {
    this.state.save(this.good, member);
    this.state.save(this.newest, member);
    this.held.add(member);
  }

  /** From now on the member stands at its last good weights. */
  holdAtGood(member: number): void {
    this.state.restore(this.good, member);
    this.hold(member);
  }

  /** Adds to the end of a submission of training steps: members that are held go back to where they stand. */
  encodeHeld(encoder: GPUCommandEncoder): void {
    for (const member of this.held) this.state.encodeRestore(encoder, this.good, member);
  }

  /** Keeps a copy for callbacks. */
  keep(member: number): void {
    this.state.saveWeights(this.kept, member);
    this.hasKept.add(member);
  }

  /** Brings the copy's weights back; the optimizer stays where it is. @throws GatewiseError when there is none */
  restoreKept(member: number): void {
    if (!this.hasKept.has(member))
      throw badInput('restoreWeights() was called before saveWeights(): there is no copy.');
    this.state.restoreWeights(this.kept, member);
    if (this.held.has(member)) this.hold(member);
  }
}
