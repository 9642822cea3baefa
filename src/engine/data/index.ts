/** The door of data/: CSV to series, windows, scaling, baselines, scores and the recipe of a run. No GPU, no page. */
export {
  type Baselines,
  baselines,
  type Forecast,
  observedTargets,
  type PartBaselines,
  persistence,
  ridgeInPieces,
} from './baselines.ts';
export { type BundledSeries, NEW_YORK, SEATTLE } from './bundled.ts';
export type { DroppedColumn } from './choose-columns.ts';
export { fitClimatology } from './climatology.ts';
export { parseCsv, parseCsvBytes } from './csv.ts';
export { csvCell } from './csv-cell.ts';
export type { CsvColumn } from './csv-column.ts';
export type { CsvTable } from './csv-table.ts';
export { GAP_RULE } from './gaps.ts';
export { HOURLY_DATE, HOURLY_TARGET, HOURLY_UNITS, HOURLY_VARIABLES } from './hourly-weather.ts';
export { type ColumnInfo, type ColumnKind, inferColumns, suggestDate } from './infer.ts';
export { countInside, intervalHalfWidth } from './interval.ts';
export {
  type Place,
  parseHourly,
  parsePlaces,
  parseReason,
} from './open-meteo.ts';
export { plantSeries } from './plant-series.ts';
export {
  PLANTED,
  PLANTED_IDS,
  type PlantedId,
  type PlantedSeries,
  type TrueLags,
} from './planted.ts';
export { parseRecipe, type Recipe, recipeOf, type TimeFeatureRecipe, type TrainingRecipe } from './recipe.ts';
export { type Scaling, unscaled } from './scaling.ts';
export { type Scores, scores, scoresPerTarget, skill } from './scores.ts';
export {
  buildSeries,
  describeMissing,
  type MissingColumn,
  type Series,
  type SeriesOptions,
  type SeriesReport,
  type SeriesSource,
} from './series.ts';
export { decodeText } from './text.ts';
export type { TimeFeature } from './time-features.ts';
export type { WindPair } from './wind.ts';
export {
  makeWindows,
  PARTS,
  type PartName,
  type WindowDataset,
  type WindowOptions,
  type WindowSplit,
} from './windows.ts';
