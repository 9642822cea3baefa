/** The engine's way from a model file to a model, downloaded with the first one: most visitors bring none. */
export { buildFromKeras } from '../../engine/index.ts';
