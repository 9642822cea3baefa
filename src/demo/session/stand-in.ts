/** What stands in for a device where there is none: the recorded run, or the sentence that says why there is no run either. */
import type { DeviceReport, Emit } from '../protocol.ts';
import type { Recipe } from '../recipe.ts';
import type { LoadedData } from './loaded-data.ts';
import type { Painter } from './painter.ts';
import type { RecordedRun } from './recorded.ts';

export class StandIn {
  readonly #thread: DeviceReport['thread'];
  readonly #emit: Emit;
  readonly #painter: Painter;
  #run: RecordedRun | null = null;
  #isShown = false;

  constructor(thread: DeviceReport['thread'], emit: Emit, painter: Painter) {
    this.#thread = thread;
    this.#emit = emit;
    this.#painter = painter;
  }

  /** Null while a device does it all, and where the recorded run is not of the data or settings. */
  get run(): RecordedRun | null {
    return this.#run;
  }

  /** From now on the page sees the recorded run with these data, where it fits them. Its script and file come now. */
  async show(data: LoadedData, recipe: Recipe): Promise<void> {
    this.#run?.close();
    this.#run = null;
    const { openRecorded } = await import('./recorded.ts');
    const opened = await openRecorded(data, recipe);
    this.#painter.hide();
    this.#isShown = true;
    if (typeof opened === 'string') {
      this.#run = null;
      this.#emit({ type: 'recorded', recorded: null, why: opened });
      return;
    }
    this.#run = opened;
    this.#painter.showWithoutDevice(opened.presenter, opened.tracePresenter);
    opened.announce(this.#emit, this.#thread);
  }

  /** A device is there: the page forgets the recorded run. */
  end(): void {
    if (!this.#isShown) return;
    this.#run?.close();
    this.#run = null;
    this.#isShown = false;
    this.#emit({ type: 'recorded', recorded: null, why: null });
  }
}
