/** Where contenders run: a page in a browser (frames.ts), or this Node (node-host.ts). */
import type { Gauge } from './gauge.ts';
import type { Predictor, PredictorName } from './ort/predictor.ts';
import type { Contender, ContenderName } from './protocol.ts';

/** What runs in a frame of each name: calls go to its methods, values are copied both ways. */
export interface Frames extends Record<ContenderName, Contender>, Record<PredictorName, Predictor> {
  gauge: Pick<Gauge, 'adapter' | 'roofline' | 'kernels' | 'grow'>;
}
export type FrameName = keyof Frames;

type Arguments<F> = F extends (...args: infer A) => unknown ? A : never;
type Answer<F> = F extends (...args: never) => infer R ? Awaited<R> : never;
export type MethodArguments<N extends FrameName, M extends keyof Frames[N]> = Arguments<
  NonNullable<Frames[N][M]>
>;
export type MethodAnswer<N extends FrameName, M extends keyof Frames[N]> = Answer<NonNullable<Frames[N][M]>>;

export interface Host {
  /** Loads an engine, apart from the others. */
  load(name: FrameName): Promise<void>;
  /**
   * Calls a method of what was loaded.
   * @throws Error with what it threw, or what went wrong around it meanwhile
   */
  call<N extends FrameName, M extends keyof Frames[N]>(
    name: N,
    method: M,
    ...args: MethodArguments<N, M>
  ): Promise<MethodAnswer<N, M>>;
  close(): Promise<void>;
}

/** Opens hosts: each new one has nothing compiled or cached of the one before. */
export interface Hosts {
  /** Browser or runtime, with its version. */
  readonly description: string;
  open(): Promise<Host>;
  close(): Promise<void>;
}

declare global {
  interface Window {
    /** What a frame has loaded. */
    contender?: Frames[FrameName];
  }
}
