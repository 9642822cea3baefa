/** One frame of the benchmark: loads the one contender its address names (`contender.html?gatewise`). */
import type { Contender, ContenderName } from './protocol.ts';

const LOADERS: Readonly<Record<ContenderName, () => Promise<Contender>>> = {
  gatewise: async () => new (await import('./contenders/gatewise.ts')).GatewiseContender(),
  'tfjs-wasm': async () => new (await import('./contenders/tfjs-wasm.ts')).TfjsWasmContender(true),
  'tfjs-wasm-unthreaded': async () =>
    new (await import('./contenders/tfjs-wasm.ts')).TfjsWasmContender(false),
};

const name = location.search.slice(1) as ContenderName;
window.contender = await LOADERS[name]();
