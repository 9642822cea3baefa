/**
 * Runs one job on model files in a worker of its own, which is ended afterwards or when it takes too long: a file made to
 * hang its reader costs a message, not the page. The worker and all it needs are fetched with the first job.
 */

import { ToldError } from '../told-error.ts';
import { str, type Told, told } from '../words.ts';
import type { AnswerOf, Job, JobAnswer } from './jobs.ts';

/** What a job may take, ms. Reading the largest file this page takes needs about a tenth of it. */
const PATIENCE_MS = 20_000;

/**
 * @param about what the job is about, for messages: a file's name
 * @throws ToldError with one sentence
 */
export async function runJob<T extends Job['type']>(
  job: Extract<Job, { type: T }>,
  about: string,
): Promise<AnswerOf<T>> {
  const answer = await answerOf(job, about);
  if (answer.type === 'failed') throw new ToldError('bad-input', answer.message);
  return answer as AnswerOf<T>;
}

function answerOf(job: Job, about: string): Promise<JobAnswer> {
  if (typeof Worker === 'undefined') {
    return Promise.resolve(
      failed(told(str`${about} is not read: this browser offers no workers. Use a recent one.`)),
    );
  }
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    type: 'module',
    name: 'gatewise-keras',
  });
  return new Promise<JobAnswer>((resolve) => {
    const timer = setTimeout(() => {
      resolve(
        failed(
          told(
            str`${about} was given up after ${PATIENCE_MS / 1000} seconds, which no sound file of this size needs. Write it again with Keras, or use the command line.`,
          ),
        ),
      );
    }, PATIENCE_MS);
    worker.addEventListener('message', (message: MessageEvent<JobAnswer>) => {
      clearTimeout(timer);
      resolve(message.data);
    });
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      clearTimeout(timer);
      resolve(
        failed(told(str`${about} ended its reader, which should not happen. Is it a model file, and whole?`)),
      );
    });
    worker.postMessage(job);
  }).finally(() => worker.terminate());
}

function failed(message: Told): JobAnswer {
  return { type: 'failed', message };
}
