/** Pause, resume, single steps and stop for a running fit, from any other part of the program. */

export type FitState = 'running' | 'paused' | 'stopped';

export class FitControl {
  private current: FitState = 'running';
  private granted = 0;
  private wake: (() => void) | null = null;
  private held: (() => void)[] = [];

  get state(): FitState {
    return this.current;
  }

  /** Holds training before the next batch. */
  pause(): void {
    if (this.current === 'running') this.current = 'paused';
  }

  /** Goes on after a pause. */
  resume(): void {
    if (this.current === 'paused') this.current = 'running';
    this.granted = 0;
    this.awake();
  }

  /** Trains one batch and holds again. */
  step(): void {
    if (this.current === 'stopped') return;
    this.current = 'paused';
    this.granted++;
    this.awake();
  }

  /** Ends the fit after the batches under way; weights stay as they are. */
  stop(): void {
    this.current = 'stopped';
    this.awake();
  }

  /** Waits while paused. Resolves with the number of batches that may run before asking again; 0 when stopped. */
  async admit(): Promise<number> {
    while (this.current === 'paused' && this.granted === 0) {
      for (const tell of this.held.splice(0)) tell();
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    if (this.current === 'stopped') return 0;
    if (this.current === 'running') return Number.POSITIVE_INFINITY;
    this.granted--;
    return 1;
  }

  /** Resolves once training waits after a pause, with all its steps handed to the GPU; at once where it waits already. */
  whenHeld(): Promise<void> {
    if (this.wake !== null) return Promise.resolve();
    return new Promise((resolve) => this.held.push(resolve));
  }

  /** True when training holds after the batch it has just been granted. */
  get isHolding(): boolean {
    return this.current === 'paused' && this.granted === 0;
  }

  private awake(): void {
    const { wake } = this;
    this.wake = null;
    wake?.();
  }
}
