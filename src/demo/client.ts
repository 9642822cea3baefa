/**
 * The page's end of the line to the session. It starts the worker, falls back to the page's own thread where a worker
 * cannot train (no WebGPU there, no OffscreenCanvas), and pairs questions with answers. The GPU is never touched here.
 */
import type { KerasModel } from '../engine/keras/index.ts';
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
  | { type: 'read-bonnet' }
  | { type: 'profile' }
  | { type: 'self-test'; check: number };
type Answer = Extract<SessionEvent, { readonly request: number }>;

interface Line {
  send(command: Command, transfer: Transferable[]): void;
}

const WORKER_PATIENCE_MS = 15_000;

export class Client {
  #line: Line | null = null;
  #requests = 0;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  readonly #receive: (event: SessionEvent) => void;

  /** @param receive gets every event but the answers to questions */
  constructor(receive: (event: SessionEvent) => void) {
    this.#receive = receive;
  }

  /** Starts the session in a worker, or here. */
  async start(): Promise<void> {
    this.#line = (await this.#startWorker()) ?? (await this.#startHere());
  }

  send(command: Command, transfer: Transferable[] = []): void {
    this.#line?.send(command, transfer);
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
