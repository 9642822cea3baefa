/** Pause, resume, single steps and stop for a running fit, from any other part of the program. */

export type FitState = 'running' | 'paused' | 'stopped';

export class FitControl {
  private current: FitState = 'running';
  private granted = 0;
  private wake: (() => void) | null = null;

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
    this.wake?.();
  }

  /** Trains one batch and holds again. */
  step(): void {
    if (this.current === 'stopped') return;
    this.current = 'paused';
    this.granted++;
    this.wake?.();
  }

  /** Ends the fit after the batches under way; weights stay as they are. */
  stop(): void {
    this.current = 'stopped';
    this.wake?.();
  }

  /** Waits while paused. Resolves with the number of batches that may run before asking again; 0 when stopped. */
  async admit(): Promise<number> {
    while (this.current === 'paused' && this.granted === 0) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
      this.wake = null;
    }
    if (this.current === 'stopped') return 0;
    if (this.current === 'running') return Number.POSITIVE_INFINITY;
    this.granted--;
    return 1;
  }

  /** True when training holds after the batch it has just been granted. */
  get isHolding(): boolean {
    return this.current === 'paused' && this.granted === 0;
  }
}
