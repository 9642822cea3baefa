/** How each backend of TensorFlow.js is started; each is loaded only in the frame of its contender. */
import * as tf from '@tensorflow/tfjs-core';

/**
 * WebAssembly (XNNPACK, SIMD).
 * @param wantsThreads its threaded build, where the page may share memory (it is cross-origin isolated). That takes
 * half the cores, at most 4, whatever it is asked for; made to take both of two cores it was 3 to 5 times slower at A.
 */
export async function startWasm(wantsThreads: boolean): Promise<string> {
  const { getThreadsCount, setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
  setWasmPaths('/node_modules/@tensorflow/tfjs-backend-wasm/dist/');
  if (!wantsThreads) tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  await start('wasm');
  const hasSimd = await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT');
  const hasThreads = await tf.env().getAsync('WASM_HAS_MULTITHREAD_SUPPORT');
  const threads = hasThreads ? `threaded build with ${getThreadsCount()} thread(s)` : 'build without threads';
  return `wasm${hasSimd ? ', SIMD' : ''}, ${threads}`;
}

export async function startWebGpu(): Promise<string> {
  await import('@tensorflow/tfjs-backend-webgpu');
  await start('webgpu');
  return 'webgpu';
}

/** Plain JavaScript. */
export async function startCpu(): Promise<string> {
  await import('@tensorflow/tfjs-backend-cpu');
  await start('cpu');
  return 'cpu (JavaScript)';
}

async function start(name: string): Promise<void> {
  if (!(await tf.setBackend(name))) throw new Error(`TensorFlow.js could not start its ${name} backend.`);
  await tf.ready();
}
