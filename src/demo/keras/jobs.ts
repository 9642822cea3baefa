/**
 * What the page and the worker for model files say to each other: one job, one answer. All of it can be cloned. The worker
 * has no GPU; what needs one goes to the session (protocol.ts).
 */
import type {
  Comparison,
  Inspection,
  KerasModel,
  ModelFile,
  ModelFormat,
  NamedFile,
  WrittenModel,
} from '../../engine/keras/index.ts';
import type { Told } from '../words.ts';
import type { KnownPair } from './known-array.ts';

/** A model file and what inspection says of it. */
export interface OpenedFile {
  readonly file: ModelFile;
  readonly inspection: Inspection;
  /** Name of the architecture it was opened with; null for none. */
  readonly architecture: string | null;
}

export type Job =
  /** Files chosen or dropped together: one model or two, and what belongs to them (TF.js shards, an architecture). */
  | { readonly type: 'read'; readonly files: readonly NamedFile[] }
  /** Files of an input and an output that is known for it, for a model. */
  | { readonly type: 'pair'; readonly files: readonly NamedFile[]; readonly model: KerasModel }
  | { readonly type: 'compare'; readonly a: KerasModel; readonly b: KerasModel }
  | {
      readonly type: 'write';
      readonly model: KerasModel;
      readonly format: ModelFormat;
      /** File name without its ending. */
      readonly baseName: string;
    };

export type JobAnswer =
  | { readonly type: 'read'; readonly opened: readonly OpenedFile[] }
  | { readonly type: 'pair'; readonly pair: KnownPair }
  | { readonly type: 'compared'; readonly comparison: Comparison }
  | { readonly type: 'written'; readonly written: WrittenModel }
  /** The sentence to show. */
  | { readonly type: 'failed'; readonly message: Told };

/** The answer a job gets when it does not fail. */
export type AnswerOf<T extends Job['type']> = Extract<
  JobAnswer,
  { type: T extends 'compare' ? 'compared' : T extends 'write' ? 'written' : T }
>;
