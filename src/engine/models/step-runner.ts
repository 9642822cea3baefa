/**
 * Submits steps to the GPU without ever waiting for one: several steps a submission once they prove short, at most two
 * submissions in flight, about 50 ms of work each, so that a page stays responsive and no watchdog of the system bites.
 */
import { keepLooking } from '../gpu/buffers.ts';
import type { GpuDevice } from '../gpu/device.ts';
import { STEPS_PER_SUBMIT } from './program.ts';

/** Aim for the length of one submission, ms (reliability.md 3.2: 250 ms is the end). */
const SUBMISSION_MS = 50;
const MAX_IN_FLIGHT = 2;

export class StepRunner {
  private readonly gpu: GpuDevice;
  private readonly inFlight: Promise<void>[] = [];
  private stepsPerSubmit = 1;
  private lastDone = 0;

  constructor(gpu: GpuDevice) {
    this.gpu = gpu;
  }

  /**
   * Runs steps `0 .. total-1`.
   * @param encode writes the step values and encodes `count` steps from `first`
   * @param admit asked before each submission: how many steps it may hold at most; 0 ends the run
   * @returns the number of steps submitted
   * @throws GatewiseError when the device was lost or refused a command
   */
  async run(
    total: number,
    encode: (encoder: GPUCommandEncoder, first: number, count: number) => void,
    admit: (done: number) => Promise<number> | number = () => STEPS_PER_SUBMIT,
  ): Promise<number> {
    let done = 0;
    while (done < total) {
      const admitted = await admit(done);
      if (admitted <= 0) break;
      while (this.inFlight.length >= MAX_IN_FLIGHT) await this.inFlight[0];
      this.gpu.check();
      const count = Math.min(this.stepsPerSubmit, STEPS_PER_SUBMIT, total - done, admitted);
      const encoder = this.gpu.device.createCommandEncoder({ label: 'steps' });
      encode(encoder, done, count);
      this.gpu.device.queue.submit([encoder.finish()]);
      this.track(count);
      done += count;
    }
    return done;
  }

  /** Waits until everything submitted has run. */
  async drain(): Promise<void> {
    while (this.inFlight.length > 0) await this.inFlight[0];
    this.gpu.check();
  }

  private track(count: number): void {
    const submitted = performance.now();
    const settle = (): void => {
      const now = performance.now();
      const perStep = (now - Math.max(submitted, this.lastDone)) / count;
      this.lastDone = now;
      this.inFlight.shift();
      const aim = Math.max(1, Math.floor(SUBMISSION_MS / Math.max(perStep, 0.01)));
      this.stepsPerSubmit = Math.min(aim, this.stepsPerSubmit * 2, STEPS_PER_SUBMIT);
    };
    // Also when it is refused, on a lost device: the next check() tells.
    this.inFlight.push(
      keepLooking(this.gpu, this.gpu.device.queue.onSubmittedWorkDone()).then(settle, settle),
    );
  }
}
