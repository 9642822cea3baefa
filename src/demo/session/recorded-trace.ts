/** What the LSTM of a recorded run does with one window of the test part: gates and states by the float64 reference. */
import { TRACE_PANELS } from '../draw/time-layout.ts';
import type { TraceReport } from '../protocol.ts';
import { matrixValues } from './describe.ts';
import type { RecordedModel } from './recorded.ts';
import { copyWindows, windowDates } from './window-rows.ts';

/**
 * The numbers, which are drawn from then on.
 * @param window index among the test windows
 * @returns null where there is no such window
 */
export function recordedTrace(run: RecordedModel, window: number): TraceReport | null {
  const { model, data, recipe, shownEpoch: epoch, fingerprint, tracePresenter, weights } = run;
  const { starts, window: steps, features } = data.split.test;
  if (!Number.isInteger(window) || window < 0 || window >= starts.length) return null;
  const x = copyWindows(data.split.test, window, 1);
  const { gates, c, h } = model.parameters.trace(x);
  const { units } = recipe;
  const panels = { i: gates.i, f: gates.f, candidate: gates.c, o: gates.o, c, h };
  const drawn = new Float32Array(TRACE_PANELS.length * steps * units);
  const places = TRACE_PANELS.map(({ key }, panel) => {
    const offset = panel * steps * units;
    drawn.set(panels[key], offset);
    return [key, { offset, steps, units, stepStride: units, unitStride: 1 }] as const;
  });
  tracePresenter.use(drawn);
  return {
    window,
    epoch,
    fingerprint,
    steps,
    features,
    units,
    dates: windowDates(data.series, data.split.test, window),
    places: Object.fromEntries(places) as TraceReport['places'],
    activation: 'tanh',
    recurrentActivation: 'sigmoid',
    x: x.data,
    gates: {
      i: new Float32Array(gates.i),
      f: new Float32Array(gates.f),
      c: new Float32Array(gates.c),
      o: new Float32Array(gates.o),
    },
    c: new Float32Array(c),
    h: new Float32Array(h),
    weights: matrixValues(run, weights),
  };
}
