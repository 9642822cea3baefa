/** One frame of the benchmark: loads the one engine its address names (`contender.html?gatewise`). */
import type { StartBackend } from './contenders/tfjs.ts';
import { watchGpu } from './gpu-watch.ts';
import type { FrameName, Frames } from './host.ts';
import type { Contender } from './protocol.ts';

const LOADERS: { readonly [N in FrameName]: () => Promise<Frames[N]> } = {
  gatewise: async () => new (await import('./contenders/gatewise.ts')).GatewiseContender(),
  'tfjs-webgpu': () => tfjs(async () => (await backends()).startWebGpu()),
  'tfjs-wasm': () => tfjs(async () => (await backends()).startWasm(true)),
  'tfjs-wasm-unthreaded': () => tfjs(async () => (await backends()).startWasm(false)),
  'tfjs-cpu': () => tfjs(async () => (await backends()).startCpu()),
  'gatewise-predict': async () => new (await import('./ort/gatewise-predictor.ts')).GatewisePredictor(),
  'ort-wasm': async () =>
    new (await import('./ort/ort-predictor.ts')).OrtPredictor('wasm', navigator.hardwareConcurrency),
  'ort-wasm-unthreaded': async () => new (await import('./ort/ort-predictor.ts')).OrtPredictor('wasm', 1),
  'ort-webgpu': async () =>
    new (await import('./ort/ort-predictor.ts')).OrtPredictor('webgpu', navigator.hardwareConcurrency),
  gauge: async () => new (await import('./gauge.ts')).Gauge(),
};

watchGpu();
const name = location.search.slice(1) as FrameName;
window.contender = await LOADERS[name]();

async function tfjs(start: StartBackend): Promise<Contender> {
  return new (await import('./contenders/tfjs.ts')).TfjsContender(start);
}

function backends(): Promise<typeof import('./contenders/tfjs-backends.ts')> {
  return import('./contenders/tfjs-backends.ts');
}
