/** The worker for model files: does the one job it gets. Touches neither page nor GPU. */
import { doJob } from './do-job.ts';
import type { Job, JobAnswer } from './jobs.ts';

/** The part of a worker's global scope used here; the page's types know only windows. */
interface WorkerScope {
  postMessage(message: JobAnswer, transfer?: Transferable[]): void;
  addEventListener(type: 'message', listener: (message: MessageEvent<Job>) => void): void;
}

const scope = self as unknown as WorkerScope;

scope.addEventListener('message', async ({ data }) => {
  scope.postMessage(await doJob(data));
});
