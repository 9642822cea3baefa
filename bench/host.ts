/** Where contenders run: a page in a browser (frames.ts), or this Node (node-host.ts). */
import type { Contender, ContenderName } from './protocol.ts';

export interface Host {
  /** Loads a contender's engine, apart from the others. */
  load(name: ContenderName): Promise<void>;
  /**
   * Calls a method of a contender.
   * @throws Error with what the contender threw, or what went wrong around it meanwhile
   */
  call<M extends keyof Contender>(
    name: ContenderName,
    method: M,
    ...args: Parameters<NonNullable<Contender[M]>>
  ): Promise<Awaited<ReturnType<NonNullable<Contender[M]>>>>;
  close(): Promise<void>;
}

/** Opens hosts: each new one has nothing compiled or cached of the one before. */
export interface Hosts {
  /** Browser or runtime, with its version. */
  readonly description: string;
  open(): Promise<Host>;
  close(): Promise<void>;
}
