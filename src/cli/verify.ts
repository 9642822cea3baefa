/** `gatewise verify`: outputs, and gates where they are given, against expected ones; when they differ, the likely cause. */
import { type GpuDevice, type Predictor, type Tensor, withPredictor } from '../engine/index.ts';
import type { Diagnosis, Difference, GateComparison, KerasModel } from '../engine/keras/index.ts';
import { EXIT } from './exit-codes.ts';
import { withGpu } from './gpu.ts';
import { readExpectation } from './model/expectation.ts';
import { architectureOption, MODEL_HELP } from './model/open-model.ts';
import {
  expectedKeyOption,
  expectedOption,
  inputOption,
  jsonOption,
  jsonText,
  keyOption,
  toleranceOption,
} from './model/report.ts';
import { verdictLine, verificationJson, verificationLines } from './model/verification.ts';
import { text } from './option.ts';
import type { Output } from './output.ts';
import { readArrays } from './tensor-file.ts';
import { defineVerb } from './verb.ts';

/** What was found; `outputs` is null where the shapes already differ. */
export interface Verification {
  readonly holds: boolean;
  readonly tolerance: number;
  readonly outputs: Difference | null;
  readonly receivedShape: readonly number[];
  readonly expectedShape: readonly number[];
  readonly gates: GateComparison | null;
  readonly diagnosis: Diagnosis | null;
  readonly device: string;
  readonly notes: readonly string[];
}

export const verify = defineVerb({
  name: 'verify',
  summary:
    'Holds what a model gives for x against the expected y, and its gates against given ones. When they differ, likely causes are undone one by one (order of the gates, hard_sigmoid of another Keras, transposed kernels, biases, settings) and the one that fits is named.',
  positionals: { file: { placeholder: 'FILE', help: MODEL_HELP } },
  options: {
    x: inputOption,
    key: keyOption,
    y: expectedOption,
    yKey: expectedKeyOption,
    gates: text(
      'G.npz',
      'expected gates and states under the keys <layer>/i, /f, /candidate, /o, /c, /h (of a GRU /z, /r, /candidate, /h), each [batch, time, units]; some of them are enough',
      'the name of an .npz file',
    ),
    tolerance: toleranceOption,
    architecture: architectureOption,
    json: jsonOption,
  },
  groups: { Data: ['x', 'key', 'y', 'yKey', 'gates'], Options: ['tolerance', 'architecture', 'json'] },
  examples: [
    ['gatewise verify model.h5 --x x.npy --y y.npy', 'whether the file gives the numbers Keras gave'],
    ['gatewise verify model.keras --x x.npy --y y.npy --gates gates.npz', 'gate by gate, step by step'],
    [
      'gatewise verify model.h5 --x d.npz --key x --y d.npz --y-key y --tolerance 1e-4 --json',
      'for a program',
    ],
  ],
  notes: [
    'Of a large x the search for the cause takes a part, and says so. Exit codes: 0 all within the tolerance, 1 numbers differ, 2 bad input, 3 no adapter or device lost.',
  ],
  async run(options, { output }) {
    const { tolerance, json } = options;
    const { model, notes, x, y: expected } = await readExpectation('verify', options, true);
    const { checkGates } = await import('../engine/keras/index.ts');
    const gates = options.gates === null ? null : await readArrays(options.gates);
    if (gates !== null) checkGates(model, gates);
    const result = await withGpu((gpu) =>
      verifyOn(gpu, { model, x, expected, gates, tolerance, notes }, output),
    );
    for (const note of result.notes) output.say(note);
    if (!result.holds) output.say(verdictLine(result));
    output.print(json ? jsonText(verificationJson(result)) : `${verificationLines(result).join('\n')}\n`);
    return result.holds ? EXIT.done : EXIT.differs;
  },
});

interface Task {
  readonly model: KerasModel;
  readonly x: Tensor;
  readonly expected: Tensor;
  readonly gates: ReadonlyMap<string, Tensor> | null;
  readonly tolerance: number;
  readonly notes: readonly string[];
}

async function verifyOn(gpu: GpuDevice, task: Task, output: Output): Promise<Verification> {
  const { model, x, expected, gates, tolerance } = task;
  const { compareGates, compareTensors } = await import('../engine/keras/index.ts');
  return withPredictor(gpu, x, async (predictor) => {
    const y = await predictor.predict(model);
    const traces = gates === null ? null : await predictor.trace(model);
    const isShape = y.shape.join() === expected.shape.join();
    const outputs = isShape ? compareTensors(y, expected, tolerance) : null;
    const ofGates = gates && traces ? compareGates(traces, gates, tolerance) : null;
    const isOutputGood = outputs?.holds === true;
    const found = isOutputGood ? null : await searchCause(predictor, task, outputs, output);
    return {
      holds: isOutputGood && ofGates?.holds !== false,
      tolerance,
      outputs,
      receivedShape: y.shape,
      expectedShape: expected.shape,
      gates: ofGates,
      diagnosis: found?.diagnosis ?? null,
      device: gpu.info.label,
      notes: [...task.notes, ...(found?.note ? [found.note] : [])],
    };
  });
}

async function searchCause(predictor: Predictor, task: Task, outputs: Difference | null, output: Output) {
  const { diagnose, searchRows } = await import('../engine/keras/index.ts');
  const rows = searchRows(task.model, task.x, task.expected, outputs?.worst?.index[0] ?? 0);
  const tell = (done: number): void => {
    if (output.columns() !== null) output.draw(`Looking for the cause: ${done} tried.`);
  };
  const predict = (changed: KerasModel): Promise<Tensor> => predictor.predict(changed, rows.x);
  const diagnosis = await diagnose(task.model, predict, rows.y, task.tolerance, tell);
  return { diagnosis, note: rows.note };
}
