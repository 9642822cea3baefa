/** Where data come to the workbench: the page's own series, a city's weather, and own files with a choice of their columns. */
import { presetOf, presetRecipe, type ReadyPresetId } from '../presets.ts';
import type { ColumnChoice, Emit } from '../protocol.ts';
import type { Recipe } from '../recipe.ts';
import { str, told } from '../words.ts';
import { whileBusy } from './busy.ts';
import { named, offerColumns } from './describe.ts';
import { loadPreset } from './load-preset.ts';
import { prepareData, type TableSource } from './loaded-data.ts';
import type { Workbench } from './workbench.ts';

export class DataDesk {
  readonly #bench: Workbench;
  readonly #emit: Emit;
  #offered: TableSource | null = null;

  constructor(bench: Workbench, emit: Emit) {
    this.#bench = bench;
    this.#emit = emit;
  }

  /** Whether there are columns to choose from. */
  get hasOffer(): boolean {
    return this.#offered !== null;
  }

  async usePreset(
    preset: ReadyPresetId,
    recipe: Recipe,
    training: { readonly seed?: number; readonly keepBest?: boolean } = {},
  ): Promise<void> {
    await whileBusy(this.#emit, told(str`Reading ${presetOf(preset).title}`), async () => {
      const { source, choice } = await loadPreset(preset);
      await this.#bench.install({ data: prepareData(source, choice, recipe), recipe, ...training });
    });
  }

  async useCity(name: string, answer: Uint8Array): Promise<void> {
    await whileBusy(this.#emit, told(str`Preparing ${name}`), async () => {
      const { loadCity } = await import('./load-city.ts');
      const { source, choice } = loadCity(name, answer);
      const recipe = presetRecipe('city');
      await this.#bench.install({ data: prepareData(source, choice, recipe), recipe });
    });
  }

  /** Reads a file and offers its columns; the data in use stay until columns are chosen. */
  async readCsv(file: File): Promise<void> {
    const { name } = file;
    await whileBusy(this.#emit, told(str`Reading ${name}`), async () => {
      this.#offered = null;
      const { openOwnFile } = await import('./own-file.ts');
      const { source, offer } = await openOwnFile(file);
      this.#offered = source;
      this.#emit(offer);
    }).catch((error: unknown) => {
      throw named(error, name);
    });
  }

  /** The columns of the own file in use, with the choice that stands. */
  async offerColumns(): Promise<void> {
    const { data } = this.#bench;
    if (data?.source.origin.type !== 'file') return;
    const { source, choice } = data;
    await whileBusy(this.#emit, told(str`Reading ${source.name}`), async () => {
      this.#offered = source;
      this.#emit({ ...offerColumns(source.name, source.table), choice });
    });
  }

  /** The new data take the place of the old ones only once they have proved usable. */
  async useColumns(choice: ColumnChoice): Promise<void> {
    const source = this.#offered;
    if (source === null) {
      return;
    }
    const { recipe } = this.#bench;
    await whileBusy(this.#emit, told(str`Preparing ${source.name}`), () =>
      this.#bench.install({ data: prepareData(source, choice, recipe), recipe }),
    ).catch((error: unknown) => {
      throw named(error, source.name);
    });
  }
}
