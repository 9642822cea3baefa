/**
 * The session's answers to questions of the page that change nothing: a number, the matrices, the model in Keras' form,
 * what a model from a file forecasts. They wait for no command.
 */
import { GatewiseError, type GpuDevice } from '../../engine/index.ts';
import type { KerasModel } from '../../engine/keras/index.ts';
import type { AppliedSteps, Command, Emit, Gradients, SessionEvent } from '../protocol.ts';
import { applySteps } from './apply-steps.ts';
import { bonnetReport, profileAnswer, selfTestAnswer } from './bonnet.ts';
import type { CellReader } from './cell-reader.ts';
import { matrixValues, problemOf } from './describe.ts';
import { forecastOfFile } from './file-forecast.ts';
import { gradientReport } from './gradient-report.ts';
import type { LoadedData } from './loaded-data.ts';
import type { Painter } from './painter.ts';
import { similarDays } from './similar-days.ts';
import { readTrace } from './trace-report.ts';
import type { Trainer } from './trainer.ts';

export type Question = Extract<Command, { readonly request: number }>;

/** Who answers instead of a device: an answer, or null for a question that it cannot answer. */
export interface Answerer {
  answer(question: Question): Promise<SessionEvent | null>;
}

/** What the session has at the time of a question. */
export interface Answerable {
  readonly gpu: GpuDevice | null;
  readonly data: LoadedData | null;
  readonly trainer: Trainer | null;
  readonly reader: CellReader | null;
  readonly painter: Painter;
  readonly recorded: Answerer | null;
  /** Whether that model is still the one that stands. */
  stands(trainer: Trainer | null): boolean;
}

/** True for commands that are questions. */
export function isQuestion(command: Command): command is Question {
  return 'request' in command;
}

export async function answer(question: Question, has: Answerable, emit: Emit): Promise<void> {
  const { request } = question;
  // What it cannot answer is answered as where there is nothing.
  const recorded = (await has.recorded?.answer(question).catch(() => null)) ?? null;
  if (recorded !== null) {
    emit(recorded);
    return;
  }
  switch (question.type) {
    case 'read-cell': {
      const value = (await has.reader?.read(question.offset)) ?? Number.NaN;
      emit({ type: 'cell', request, value });
      break;
    }
    case 'read-weights': {
      // A device lost meanwhile has its own message; the table then stays empty.
      const read = (await has.trainer?.model.getWeights().catch(() => [])) ?? [];
      emit({ type: 'matrices', request, values: matrixValues(has.trainer, read) });
      break;
    }
    case 'read-trace': {
      const { trainer, data } = has;
      // A device lost meanwhile has its own message.
      const trace =
        trainer === null || data === null
          ? null
          : await trainer.read(() => readTrace(trainer, data, question.window)).catch(() => null);
      const isLate = trace !== null && !has.stands(trainer);
      if (isLate) trace.kept.dispose();
      else if (trace !== null) has.painter.showTrace(trace.kept);
      emit({ type: 'trace', request, trace: isLate ? null : (trace?.report ?? null) });
      break;
    }
    case 'find-similar': {
      const { trainer, data } = has;
      const similar =
        trainer === null || data === null
          ? null
          : await trainer.read(() => similarDays(trainer, data, question.window)).catch(() => null);
      emit({ type: 'similar', request, similar });
      break;
    }
    case 'read-gradients':
      emit({ type: 'gradients', request, gradients: await gradients(question, has) });
      break;
    case 'read-model': {
      const model = (await has.trainer?.model.toExport().catch(() => null)) ?? null;
      emit({ type: 'exported', request, model });
      break;
    }
    case 'apply-steps':
      emit({ type: 'applied-steps', request, applied: await applied(question.steps, has) });
      break;
    case 'predict-file':
      emit({ type: 'file-forecast', request, forecast: await forecast(question.model, has) });
      break;
    case 'read-bonnet':
      emit({ type: 'bonnet', request, bonnet: await bonnetReport(has) });
      break;
    case 'profile':
      emit({ type: 'step-profile', request, profile: await profileAnswer(has) });
      break;
    case 'self-test':
      emit({ type: 'self-tested', request, answer: await selfTestAnswer(has, question.check) });
      break;
  }
}

async function applied(steps: number, { gpu, data, trainer }: Answerable): Promise<AppliedSteps> {
  try {
    if (gpu === null || data === null || trainer === null) {
      throw new GatewiseError('no-webgpu', 'There is no model on a graphics device to apply.');
    }
    return await trainer.read(() => applySteps(gpu, trainer, data, steps));
  } catch (error) {
    return { type: 'none', why: problemOf(error, 'recipe').message };
  }
}

async function gradients(
  { of, window }: Extract<Question, { type: 'read-gradients' }>,
  { data, trainer }: Answerable,
): Promise<Gradients | null> {
  try {
    if (data === null || trainer === null) {
      throw new GatewiseError('no-webgpu', 'There is no model on a graphics device to take a gradient of.');
    }
    return await trainer.read(() => gradientReport(trainer, data, of, window));
  } catch (error) {
    return { type: 'none', why: problemOf(error, 'training').message };
  }
}

async function forecast(model: KerasModel, { gpu, data }: Answerable) {
  try {
    if (gpu === null || data === null) {
      throw new GatewiseError(
        'no-webgpu',
        'Predictions are computed on the graphics device, and there is none here (see the top of the page). Everything else on this file works without.',
      );
    }
    return await forecastOfFile(gpu, data, model);
  } catch (error) {
    return { type: 'none', why: problemOf(error, 'keras').message } as const;
  }
}
