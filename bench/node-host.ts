/** The engine alone in this Node, through npm `webgpu`; main.mjs has set what the driver needs. */
import { nodeGpu, releaseNodeGpu } from '../test/harness/node-gpu.ts';
import { GatewiseContender } from './contenders/gatewise.ts';
import { watchGpu } from './gpu-watch.ts';
import type { Host, Hosts } from './host.ts';
import type { Contender, ContenderName } from './protocol.ts';

export class NodeHosts implements Hosts {
  readonly description = `Node ${process.versions.node}, npm webgpu (Dawn)`;
  private readonly gpu: GPU;

  private constructor(gpu: GPU) {
    this.gpu = gpu;
  }

  /** @throws Error when no adapter is found */
  static async start(): Promise<NodeHosts> {
    const gpu = await nodeGpu();
    watchGpu();
    return new NodeHosts(gpu);
  }

  async open(): Promise<NodeHost> {
    return new NodeHost(new GatewiseContender(this.gpu));
  }

  async close(): Promise<void> {
    releaseNodeGpu();
  }
}

class NodeHost implements Host {
  private readonly contender: GatewiseContender;

  constructor(contender: GatewiseContender) {
    this.contender = contender;
  }

  async load(name: ContenderName): Promise<void> {
    if (name !== 'gatewise') throw new Error(`${name} needs a browser.`);
  }

  async call<M extends keyof Contender>(
    _name: ContenderName,
    method: M,
    ...args: Parameters<NonNullable<Contender[M]>>
  ): Promise<Awaited<ReturnType<NonNullable<Contender[M]>>>> {
    const contender = this.contender as unknown as Record<string, (...values: unknown[]) => unknown>;
    return (await contender[method]?.(...args)) as Awaited<ReturnType<NonNullable<Contender[M]>>>;
  }

  async close(): Promise<void> {
    this.contender.dispose();
  }
}
