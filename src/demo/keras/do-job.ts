/** The jobs on model files, by the engine's own functions. Runs in a worker (worker.ts); as plain code in tests. */

import { GatewiseError } from '../../engine/index.ts';
import {
  compareModels,
  inspectModel,
  type NamedFile,
  readModelFile,
  type WrittenModel,
  writeModelFile,
} from '../../engine/keras/index.ts';
import { ToldError, toldOf } from '../told-error.ts';
import { str, type Told, told } from '../words.ts';
import { groupFiles } from './group-files.ts';
import type { Job, JobAnswer, OpenedFile } from './jobs.ts';
import { readPair } from './known-pair.ts';

/** Never throws: what went wrong is an answer. */
export async function doJob(job: Job): Promise<JobAnswer> {
  try {
    switch (job.type) {
      case 'read':
        return { type: 'read', opened: await readAll(job.files) };
      case 'pair':
        return { type: 'pair', pair: await readPair(job.files, job.model) };
      case 'compare':
        return { type: 'compared', comparison: compareModels(job.a, job.b) };
      case 'write':
        return { type: 'written', written: await write(job) };
    }
  } catch (error) {
    return { type: 'failed', message: sentenceOf(error) };
  }
}

async function readAll(files: readonly NamedFile[]): Promise<OpenedFile[]> {
  const opened: OpenedFile[] = [];
  for (const { main, architecture } of groupFiles(files)) {
    const file = await readModelFile(main.bytes, {
      fileName: main.name,
      ...(architecture === null ? {} : { architecture }),
      // A manifest may name shards by a path; files that are chosen have names only.
      sibling: async (path) => files.find(({ name }) => name === path.split('/').at(-1))?.bytes ?? null,
    });
    if (file.source.holds === 'architecture' && file.model.weights.length === 0) {
      throw new ToldError(
        'bad-input',
        told(
          str`${main.name} holds an architecture and no weights. Open it together with the file of its weights.`,
        ),
      );
    }
    opened.push({ file, inspection: inspectModel(file), architecture: architecture?.name ?? null });
  }
  return opened;
}

function write({ model, format, baseName }: Extract<Job, { type: 'write' }>): Promise<WrittenModel> {
  return writeModelFile(model, format, { baseName });
}

/** The engine's sentences as they stand; other errors are faults of gatewise, told without their traces. */
function sentenceOf(error: unknown): Told {
  if (error instanceof GatewiseError) return inPageWords(toldOf(error));
  const reason = error instanceof Error ? error.message : String(error);
  return told(str`Something went wrong that should not (${reason}). Is the file whole?`);
}

/** The command's option for what here is choosing two files. */
function inPageWords(words: Told): Told {
  if (typeof words === 'string') return words;
  const strings = words.strings.map((part) =>
    part
      .replace('Give it with --architecture:', 'Open it together with its architecture:')
      .replace('Leave --architecture out, or give bare weights.', 'Open it alone.'),
  );
  return { ...words, strings };
}
