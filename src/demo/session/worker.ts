/** The dedicated worker that owns the GPU device: a session behind postMessage, and nothing else. */
import type { Command, SessionEvent } from '../protocol.ts';
import { Session } from './session.ts';

/** The part of a worker's global scope used here; the page's types know only windows. */
interface WorkerScope {
  postMessage(message: SessionEvent, transfer?: Transferable[]): void;
  addEventListener(type: 'message', listener: (message: MessageEvent<Command>) => void): void;
}

const scope = self as unknown as WorkerScope;

const session = new Session('worker', (event: SessionEvent, transfer: Transferable[] = []) => {
  scope.postMessage(event, transfer);
});

scope.addEventListener('message', (message) => {
  session.handle(message.data);
});

scope.postMessage({ type: 'hello', canTrain: canTrain() });

/** A worker can train where it sees WebGPU and can draw with it on a canvas without a page. */
function canTrain(): boolean {
  if (!('gpu' in navigator) || typeof OffscreenCanvas === 'undefined') {
    return false;
  }
  return new OffscreenCanvas(1, 1).getContext('webgpu') !== null;
}
