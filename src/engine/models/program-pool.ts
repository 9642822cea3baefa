/** The programs of a model by purpose and batch size: built once, kept while used, the oldest let go when idle. */
import { badInput } from '../core/errors.ts';
import type { GpuDevice } from '../gpu/device.ts';
import { Program, type ProgramOptions } from './program.ts';
import type { ModelState } from './state.ts';

/** Programs kept for different batch sizes; the one used longest ago goes first. */
const PROGRAMS_KEPT = 6;

type Purpose = 'training' | 'inference' | 'trace' | 'gradients' | 'inputGradients' | 'changes';
type TrainingParts = Required<Pick<ProgramOptions, 'optimizer' | 'loss'>>;

export class ProgramPool {
  private readonly gpu: GpuDevice;
  private readonly state: ModelState;
  private readonly training: TrainingParts | null;
  /** Promises, so that two calls at once build one program. */
  private readonly programs = new Map<string, Promise<Program>>();
  /** Those that are built. */
  private readonly ready = new Set<Program>();
  private users = 0;

  /** @param training null for a model that only predicts */
  constructor(gpu: GpuDevice, state: ModelState, training: TrainingParts | null) {
    this.gpu = gpu;
    this.state = state;
    this.training = training;
  }

  /** Whether a call is using a program now. */
  get isInUse(): boolean {
    return this.users > 0;
  }

  /**
   * Runs `work` with a program that lives at least as long.
   * @throws GatewiseError for a batch size that is no whole number of 1 or more; when the program can't be built
   */
  async use<T>(purpose: Purpose, batch: number, work: (program: Program) => Promise<T>): Promise<T> {
    if (!(Number.isInteger(batch) && batch >= 1)) {
      throw badInput(`batchSize must be a whole number of 1 or more, received ${batch}.`);
    }
    this.users++;
    try {
      return await work(await this.find(purpose, batch));
    } finally {
      this.users--;
      await this.letGo();
    }
  }

  /** Releases all programs; no call may be using one. */
  dispose(): void {
    for (const program of this.ready) program.dispose();
    this.ready.clear();
    this.programs.clear();
  }

  private find(purpose: Purpose, batch: number): Promise<Program> {
    const { training, programs } = this;
    const key = `${purpose} ${batch}`;
    const options = {
      training: { batch, ...training },
      inference: training ? { batch, loss: training.loss } : { batch },
      trace: { batch, keepsTrace: true },
      gradients: { batch, keepsTrace: true, backward: true, ...(training ? { loss: training.loss } : {}) },
      changes: { batch, takesChanges: true },
      // Keeps what 'trace' does: of one batch size a pipeline serves both, and compiling is what a first answer waits for.
      inputGradients: { batch, keepsTrace: true, backward: true, inputGradient: true },
    }[purpose];
    const program = programs.get(key) ?? this.create(key, options);
    programs.delete(key);
    programs.set(key, program);
    return program;
  }

  private async create(key: string, options: ProgramOptions): Promise<Program> {
    try {
      const program = await Program.create(this.gpu, this.state, options);
      this.ready.add(program);
      return program;
    } catch (error) {
      this.programs.delete(key);
      throw error;
    }
  }

  private async letGo(): Promise<void> {
    while (this.users === 0 && this.programs.size > PROGRAMS_KEPT) {
      const [key] = this.programs.keys();
      const program = await this.programs.get(key ?? '');
      if (!program || this.users > 0) return; // a new call may have come while waiting
      this.programs.delete(key ?? '');
      this.ready.delete(program);
      program.dispose();
    }
  }
}
