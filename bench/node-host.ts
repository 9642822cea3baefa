/** The engine alone in this Node, through npm `webgpu`; main.mjs has set what the driver needs. */
import { nodeGpu, releaseNodeGpu } from '../test/harness/node-gpu.ts';
import { GatewiseContender } from './contenders/gatewise.ts';
import { Gauge } from './gauge.ts';
import { watchGpu } from './gpu-watch.ts';
import type { FrameName, Frames, Host, Hosts, MethodAnswer, MethodArguments } from './host.ts';

/** Dawn rounds timestamps to 65 us unless told not to, which is longer than some kernels take. */
const DAWN_SETTINGS = ['disable-dawn-features=timestamp_quantization'];

export class NodeHosts implements Hosts {
  readonly description = `Node ${process.versions.node}, npm webgpu (Dawn)`;
  private readonly gpu: GPU;

  private constructor(gpu: GPU) {
    this.gpu = gpu;
  }

  /**
   * Waits take what Dawn makes them take: none is rounded up to a millisecond.
   * @throws Error when no adapter is found
   */
  static async start(): Promise<NodeHosts> {
    const gpu = await nodeGpu(DAWN_SETTINGS, { isCalm: false });
    watchGpu();
    return new NodeHosts(gpu);
  }

  async open(): Promise<NodeHost> {
    return new NodeHost(this.gpu);
  }

  async close(): Promise<void> {
    releaseNodeGpu();
  }
}

class NodeHost implements Host {
  private readonly gpu: GPU;
  private readonly loaded = new Map<FrameName, GatewiseContender | Gauge>();

  constructor(gpu: GPU) {
    this.gpu = gpu;
  }

  async load(name: FrameName): Promise<void> {
    if (name === 'gatewise') this.loaded.set(name, new GatewiseContender(this.gpu));
    else if (name === 'gauge') this.loaded.set(name, new Gauge(this.gpu));
    else throw new Error(`${name} needs a browser.`);
  }

  async call<N extends FrameName, M extends keyof Frames[N]>(
    name: N,
    method: M,
    ...args: MethodArguments<N, M>
  ): Promise<MethodAnswer<N, M>> {
    const engine = this.loaded.get(name);
    if (!engine) throw new Error('it is not loaded.');
    const work: unknown = Reflect.get(engine, method);
    if (typeof work !== 'function') return undefined as MethodAnswer<N, M>;
    return (await Reflect.apply(work, engine, args)) as MethodAnswer<N, M>;
  }

  async close(): Promise<void> {
    for (const engine of this.loaded.values()) engine.dispose();
  }
}
