/**
 * The page's end of the line to the session. It starts the worker, falls back to the page's own thread where a worker
 * cannot train (no WebGPU there, no OffscreenCanvas), and pairs questions with answers. The GPU is never touched here.
 */
import type { KerasModel } from '../engine/keras/index.ts';
import type { ProofQuestion } from './keras/proof-protocol.ts';
import type { LagQuestion } from './lags/lag-protocol.ts';
import type { Command, GradientSource, SessionEvent } from './protocol.ts';

/** What is asked, without the number that pairs it with its answer. */
type Question =
  | { type: 'read-cell'; offset: number }
  | { type: 'read-weights' }
  | { type: 'read-trace'; window: number }
  | { type: 'find-similar'; window: number }
  | { type: 'read-gradients'; of: GradientSource; window: number }
  | { type: 'read-model' }
  | { type: 'apply-steps'; steps: number }
  | { type: 'predict-file'; model: KerasModel }
  | ({ type: 'prove' } & ProofQuestion)
  | { type: 'read-bonnet' }
  | { type: 'profile' }
  | { type: 'self-test'; check: number }
  | ({ type: 'read-lags' } & LagQuestion)
  | { type: 'study-lags'; seeds: number }
  | { type: 'retrain-lags' }
  | { type: 'train-members' };
type Answer = Extract<SessionEvent, { readonly request: number }>;

interface Line {
  send(command: Command, transfer: Transferable[]): void;
}

const WORKER_PATIENCE_MS = 15_000;

export class Client {
  #line: Line | null = null;
  /** What was said before there was a session. */
  readonly #early: Parameters<Line['send']>[] = [];
  #requests = 0;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  readonly #receive: (event: SessionEvent) => void;

  /** @param receive gets every event but the answers to questions */
  constructor(receive: (event: SessionEvent) => void) {
    this.#receive = receive;
  }

  get isStarted(): boolean {
    return this.#line !== null;
  }

  /** Starts the session in a worker, or here; what was said before is its first. @throws where neither can be loaded */
  async start(): Promise<void> {
    const line = (await this.#startWorker()) ?? (await this.#startHere());
    // One that came late after another was asked for does the same.
    this.#line ??= line;
    for (const early of this.#early.splice(0)) this.#line.send(...early);
  }

  send(command: Command, transfer: Transferable[] = []): void {
    if (this.#line === null) this.#early.push([command, transfer]);
    else this.#line.send(command, transfer);
  }

  /** Asks for a number or the matrices; the promise is kept once the session answers. */
  ask(question: Question): Promise<Answer> {
    this.#requests += 1;
    const request = this.#requests;
    return new Promise((resolve) => {
      this.#waiting.set(request, resolve);
      this.send({ ...question, request });
    });
  }

  #take(event: SessionEvent): void {
    if ('request' in event) {
      this.#waiting.get(event.request)?.(event);
      this.#waiting.delete(event.request);
      return;
    }
    this.#receive(event);
  }

  /** Null where a worker could not do what this page's own thread can. */
  async #startWorker(): Promise<Line | null> {
    const canHandOver = 'transferControlToOffscreen' in HTMLCanvasElement.prototype;
    if (typeof Worker === 'undefined' || typeof OffscreenCanvas === 'undefined' || !canHandOver) {
      return null;
    }
    const worker = new Worker(new URL('./session/worker.ts', import.meta.url), {
      type: 'module',
      name: 'gatewise',
    });
    const hello = await firstMessage(worker);
    if (hello === null || (!hello.canTrain && 'gpu' in navigator)) {
      worker.terminate();
      return null;
    }
    worker.addEventListener('message', (message: MessageEvent<SessionEvent>) => this.#take(message.data));
    return { send: (command, transfer) => worker.postMessage(command, transfer) };
  }

  async #startHere(): Promise<Line> {
    const { Session } = await import('./session/session.ts');
    const session = new Session('page', (event) => this.#take(event));
    return { send: (command) => session.handle(command) };
  }
}

type Hello = Extract<SessionEvent, { type: 'hello' }>;

function firstMessage(worker: Worker): Promise<Hello | null> {
  return new Promise((resolve) => {
    const finish = (hello: Hello | null): void => {
      clearTimeout(timer);
      resolve(hello);
    };
    const timer = setTimeout(() => finish(null), WORKER_PATIENCE_MS);
    worker.addEventListener('error', () => finish(null), { once: true });
    worker.addEventListener(
      'message',
      (message: MessageEvent<SessionEvent>) => finish(message.data.type === 'hello' ? message.data : null),
      { once: true },
    );
  });
}
