/**
 * ONNX Runtime Web as its documentation has it: a session on an execution provider, one run() per batch. Its files come
 * from the package, served beside the page.
 */
import { env, InferenceSession, Tensor } from 'onnxruntime-web/webgpu';
import { gpuCounts } from '../gpu-watch.ts';
import type { Config } from '../protocol.ts';
import { createWork, type Work } from '../work.ts';
import { onnxModel } from './onnx-model.ts';
import type { Predictor, PredictorIntroduction } from './predictor.ts';

type Provider = 'wasm' | 'webgpu';

interface Prepared {
  readonly config: Config;
  readonly work: Work;
  readonly session: InferenceSession;
}

export class OrtPredictor implements Predictor {
  private readonly provider: Provider;
  private readonly threads: number;
  private prepared: Prepared | null = null;

  /** @param threads of its WebAssembly; the page must be cross-origin isolated for more than one */
  constructor(provider: Provider, threads: number) {
    this.provider = provider;
    this.threads = threads;
  }

  async prepare(config: Config): Promise<PredictorIntroduction> {
    env.wasm.wasmPaths = '/node_modules/onnxruntime-web/dist/';
    env.wasm.numThreads = this.threads;
    env.logLevel = 'error';
    const model = await onnxModel(config);
    const session = await InferenceSession.create(model, { executionProviders: [this.provider] });
    this.prepared = { config, work: createWork(config), session };
    await this.predict(0);
    const before = gpuCounts().dispatches;
    const output = await this.predict(0);
    const dispatches = gpuCounts().dispatches - before;
    const engine = `ONNX Runtime Web ${env.versions.web}, ${this.provider}, ${this.threads} WebAssembly thread(s)`;
    const note = this.provider === 'webgpu' ? await this.fallback(model) : '';
    return { engine, note, dispatches, output: [...output] };
  }

  async round(batches: number): Promise<number> {
    const begun = performance.now();
    for (let batch = 0; batch < batches; batch++) await this.predict(batch);
    return (performance.now() - begun) / batches;
  }

  private async predict(batch: number): Promise<Float32Array> {
    if (!this.prepared) throw new Error('prepare() comes first.');
    const { config, work, session } = this.prepared;
    const { batch: rows, steps, features } = config;
    const size = rows * steps * features;
    const x = work.x.data.subarray(batch * size, (batch + 1) * size);
    const [input = '', output = ''] = [session.inputNames[0], session.outputNames[0]];
    const results = await session.run({ [input]: new Tensor('float32', x, [rows, steps, features]) });
    const data = await results[output]?.getData();
    if (!(data instanceof Float32Array)) throw new Error(`ONNX Runtime gave no output "${output}".`);
    return data;
  }

  /** A session that may not fall back to the CPU is refused where the provider has no LSTM. */
  private async fallback(model: Uint8Array): Promise<string> {
    try {
      const session = await InferenceSession.create(model, {
        executionProviders: [this.provider],
        extra: { session: { disable_cpu_ep_fallback: '1' } },
      });
      await session.release();
      return '';
    } catch (error) {
      return `not all of it runs on ${this.provider}: ${error instanceof Error ? error.message : error}`;
    }
  }
}
