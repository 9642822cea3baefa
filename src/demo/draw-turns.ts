/**
 * Turns at drawing: what changes at once is drawn at once as long as that is quick. What is left when the time is up is
 * drawn in the next tasks, so that the page answers in between. A hidden tab draws nothing until it is seen.
 */
import { followSight, isSeen } from './seen.ts';

/** Of one task, by the clock, after which the next view waits, ms: the slowest view takes some 10 of its own, and both are one task. */
const MOST_MS = 4;

let began: number | null = null;
const waiting: (() => void)[] = [];
const { port1, port2 } = new MessageChannel();

port1.onmessage = () => {
  began = null;
  while (waiting.length > 0 && isSeen() && hasTime()) waiting.shift()?.();
};

followSight((seen) => {
  if (seen) port2.postMessage(null);
});

/** Draws now, or in turn. @returns what settles once a drawing that waits is drawn; throws at once where it is not */
export function drawInTurn(draw: () => void): Promise<void> | undefined {
  if (isSeen() && hasTime()) {
    draw();
    return;
  }
  return new Promise((resolve, reject) => {
    waiting.push(() => {
      try {
        resolve(draw());
      } catch (error) {
        reject(error);
      }
    });
  });
}

function hasTime(): boolean {
  if (began === null) {
    began = performance.now();
    port2.postMessage(null);
  }
  return performance.now() - began < MOST_MS;
}
