/** Small translations between the engine's words and the protocol's. */

import {
  buildSeries,
  type CsvTable,
  GatewiseError,
  inferColumns,
  suggestDate,
  type Tensor,
  type WeightSpec,
} from '../../engine/index.ts';
import type { SequentialConfig } from '../../engine/keras/index.ts';
import { isMatrixName, type MatrixName } from '../draw/heatmap-layout.ts';
import type {
  Command,
  ModelReport,
  Problem,
  ProblemPlace,
  SessionEvent,
  WeightsReport,
} from '../protocol.ts';
import type { Recipe } from '../recipe.ts';
import { ToldError, toldOf } from '../told-error.ts';
import { str, told } from '../words.ts';
import { fingerprint } from './fingerprint.ts';
import type { LoadedData } from './loaded-data.ts';

/** What is told of a model: a Sequential on a device, or that of a recorded run. */
export interface DescribedModel {
  readonly parameters: { readonly layout: readonly WeightSpec[] };
  countParams(): number;
  toConfig(): SequentialConfig;
}

/** A model with what it is trained on: a Trainer, or a recorded run. */
export interface Described {
  readonly model: DescribedModel;
  readonly recipe: Recipe;
  readonly data: Pick<LoadedData, 'series'>;
  readonly optimizerName: string;
}

/** Any failure as the sentence the page shows. Faults of gatewise itself say so; they have no better sentence. */
export function problemOf(error: unknown, place: ProblemPlace): Problem {
  if (error instanceof GatewiseError) return { code: error.code, message: toldOf(error), place };
  const reason = error instanceof Error ? error.message : String(error);
  return {
    code: 'internal',
    message: told(str`Something went wrong that should not (${reason}). Reload the page.`),
    place,
  };
}

/** The same failure with the file's name before its sentence, where that is not in it. */
export function named(error: unknown, file: string): unknown {
  if (!(error instanceof GatewiseError) || error.message.includes(file)) {
    return error;
  }
  const words = toldOf(error);
  return typeof words === 'string'
    ? new GatewiseError(error.code, `${file}: ${words}`, { cause: error })
    : new ToldError(error.code, told(str`${file}: ${words}`));
}

/** What a failed command was about. */
export function placeOf(command: Command): ProblemPlace {
  switch (command.type) {
    case 'open':
    case 'read-csv':
    case 'offer-columns':
    case 'use-columns':
    case 'use-preset':
    case 'use-city':
      return 'data';
    case 'apply':
      return 'recipe';
    case 'export':
      return 'export';
    case 'continue':
      return 'keras';
    default:
      return 'training';
  }
}

/** The model as the page needs it: sizes, and where the LSTM's variables lie in the parameter buffer. */
export function modelReport(trainer: Described, dispatchesPerStep: number): ModelReport {
  return {
    outline: outlineOf(trainer.model.toConfig()),
    optimizer: trainer.optimizerName,
    units: trainer.recipe.units,
    features: trainer.data.series.columns,
    parameterCount: trainer.model.countParams(),
    matrices: trainer.model.parameters.layout.flatMap(
      ({ path, name, shape, offset, gateUnits, rowStride }) => {
        const rows = shape.length > 1 ? (shape[0] ?? 1) : 1;
        if (gateUnits === null || !isMatrixName(name)) return [];
        return [{ path, name, rows, units: gateUnits, offset, rowStride }];
      },
    ),
    dispatchesPerStep,
  };
}

/** `LSTM(32) \u2192 Dropout \u2192 Dense(1) \u2192 linear` */
function outlineOf({ layers }: SequentialConfig): string {
  return layers
    .filter(({ class_name: className }) => className !== 'InputLayer')
    .map(({ class_name: className, config }) => {
      if (className === 'Activation') return String(config.activation);
      return config.units === undefined ? className : `${className}(${String(config.units)})`;
    })
    .join(' \u2192 ');
}

/** What the weights read back say without being drawn. */
export function weightsReport(trainer: Pick<Described, 'model'>, all: readonly Tensor[]): WeightsReport {
  const largest: Record<MatrixName, number> = { kernel: 0, recurrent_kernel: 0, bias: 0 };
  for (const { name, data } of lstmTensors(trainer, all)) {
    largest[name] = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  }
  return { fingerprint: fingerprint(all), largest };
}

/** The LSTM's arrays in Keras' layout, empty where nothing was read. */
export function matrixValues(
  trainer: Pick<Described, 'model'> | null,
  all: readonly Tensor[],
): Record<MatrixName, Float32Array> {
  const none = new Float32Array();
  const values = { kernel: none, recurrent_kernel: none, bias: none };
  if (trainer !== null) {
    for (const { name, data } of lstmTensors(trainer, all)) values[name] = new Float32Array(data);
  }
  return values;
}

function lstmTensors(
  trainer: Pick<Described, 'model'>,
  all: readonly Tensor[],
): { name: MatrixName; data: Float32Array }[] {
  return trainer.model.parameters.layout.flatMap(({ name, gateUnits }, index) => {
    const data = all[index]?.data;
    return gateUnits === null || data === undefined || !isMatrixName(name) ? [] : [{ name, data }];
  });
}

/**
 * The columns of an own file with a first choice: a target that sounds like a temperature, else the first column of
 * numbers; all numbers as inputs; the date where one is seen.
 * @throws GatewiseError 'bad-input' where no column can be used
 */
export function offerColumns(file: string, table: CsvTable): Extract<SessionEvent, { type: 'columns' }> {
  const date = suggestDate(table);
  const columns = inferColumns(table, { date });
  // A column that counts rows is no measurement: it can be ticked, but is not offered as an input.
  const features = columns
    .filter(({ kind, isRowNumber }) => kind === 'number' && !isRowNumber)
    .map(({ name }) => name);
  if (features.length === 0) {
    // Nothing to choose from: the engine says why, column by column.
    buildSeries(table, { target: 'all', date });
  }
  const target =
    features.find((name) => /temp|dry.?bulb|\bt\b/i.test(name)) ?? features[0] ?? columns[0]?.name ?? '';
  return {
    type: 'columns',
    file,
    rows: table.rows,
    columns: columns.map(({ name, kind, missing }) => ({ name, kind, missing })),
    choice: { target, features, date },
  };
}
