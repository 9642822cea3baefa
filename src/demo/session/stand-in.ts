/** What stands in for a device where there is none: the recorded run, or the sentence that says why there is no run either. */
import type { DeviceReport, Emit } from '../protocol.ts';
import type { Recipe } from '../recipe.ts';
import { told } from '../words.ts';
import { imported } from './fetched.ts';
import type { LoadedData } from './loaded-data.ts';
import type { Painter } from './painter.ts';
import type { RecordedRun } from './recorded.ts';

export class StandIn {
  readonly #thread: DeviceReport['thread'];
  readonly #emit: Emit;
  readonly #painter: Painter;
  #run: RecordedRun | null = null;
  #isShown = false;
  /** Counts what was asked to be shown: the latest is. */
  #looks = 0;

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
    const { openRecorded } = await imported(import('./recorded.ts'), told('The recorded run'));
    const opened = await openRecorded(data, recipe);
    this.#painter.hide();
    this.#isShown = true;
    if ('why' in opened) {
      this.#run = null;
      this.#emit({ type: 'recorded', recorded: null, why: opened.why });
      return;
    }
    this.#run = opened;
    this.#painter.showWithoutDevice(opened.presenter, opened.tracePresenter);
    opened.announce(this.#emit, this.#thread);
  }

  /** Shows the weights of another epoch, where the run has them. What is asked for while they are downloaded takes their place. */
  async lookAt(epoch: number): Promise<void> {
    const before = this.#run;
    this.#looks += 1;
    const look = this.#looks;
    const isOvertaken = (): boolean => look !== this.#looks || before !== this.#run;
    const looked = await before?.at(epoch, this.#emit).catch((error: unknown) => {
      if (isOvertaken()) return null;
      throw error;
    });
    if (!looked || isOvertaken()) return;
    before?.close();
    this.#run = looked;
    this.#painter.showWithoutDevice(looked.presenter, looked.tracePresenter);
    this.#painter.refresh(false);
    looked.tell(this.#emit);
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
