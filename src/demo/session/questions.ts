/**
 * The session's answers to questions of the page that change nothing: a number, the matrices, the model in Keras' form,
 * what a model from a file forecasts. They wait for no command.
 */

import { GatewiseError, type GpuDevice } from '../../engine/index.ts';
import type { KerasModel } from '../../engine/keras/index.ts';
import type { FileWork, ProofAnswer } from '../keras/proof-protocol.ts';
import type {
  LagAnswer,
  LagQuestion,
  LagReport,
  LagStudyAnswer,
  RetrainAnswer,
} from '../lags/lag-protocol.ts';
import type {
  AppliedSteps,
  Command,
  Emit,
  FileForecast,
  Gradients,
  MembersAnswer,
  SessionEvent,
} from '../protocol.ts';
import { ToldError } from '../told-error.ts';
import { told } from '../words.ts';
import type { CellReader } from './cell-reader.ts';
import { matrixValues, problemOf } from './describe.ts';
import type { LagControl } from './lag-maps.ts';
import { everySoOften, type LagTask, type LagWork } from './lag-work.ts';
import type { LoadedData } from './loaded-data.ts';
import type { Painter } from './painter.ts';
import { readTrace } from './trace-report.ts';
import type { Trainer } from './trainer.ts';

export type Question = Extract<Command, { readonly request: number }>;

/** Who answers instead of a device: an answer, or null for a question that it cannot answer. */
export interface Answerer {
  answer(question: Question): Promise<SessionEvent | null>;
  lags(question: LagQuestion, control: LagControl): Promise<LagReport>;
}

/** What the session has at the time of a question. */
export interface Answerable {
  readonly gpu: GpuDevice | null;
  /** True as long as it is not known whether there is one. */
  readonly isAsking: boolean;
  readonly data: LoadedData | null;
  readonly trainer: Trainer | null;
  readonly reader: CellReader | null;
  readonly painter: Painter;
  readonly recorded: Answerer | null;
  readonly lags: LagWork<LagTask>;
  readonly files: LagWork<FileWork>;
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
  const recorded = (await has.recorded?.answer(question).catch(unlessOvertaken(emit))) ?? null;
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
      const { similarDays } = await import('./similar-days.ts');
      const { trainer, data } = has;
      const similar =
        trainer === null || data === null
          ? null
          : await trainer.read(() => similarDays(trainer, data, question.window)).catch(() => null);
      emit({ type: 'similar', request, similar: has.stands(trainer) ? similar : null });
      break;
    }
    case 'read-gradients': {
      const found = await gradients(question, has);
      emit({ type: 'gradients', request, gradients: has.stands(has.trainer) ? found : null });
      break;
    }
    case 'read-lags':
      emit({ type: 'lag-map', request, lags: await lags(question, has, emit) });
      break;
    case 'study-lags': {
      const answer = await studied(question.seeds, has, emit);
      emit({ type: 'lag-study', request, answer });
      break;
    }
    case 'retrain-lags':
      emit({ type: 'lag-retraining', request, answer: await retrained(has, emit) });
      break;
    case 'train-members':
      emit({ type: 'members', request, answer: await members(has, emit) });
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
    case 'prove':
      emit({ type: 'proven', request, answer: await proven(question, has, emit) });
      break;
    case 'read-bonnet':
      emit({ type: 'bonnet', request, bonnet: await (await bonnet()).bonnetReport(has) });
      break;
    case 'profile':
      emit({ type: 'step-profile', request, profile: await (await bonnet()).profileAnswer(has) });
      break;
    case 'self-test':
      emit({
        type: 'self-tested',
        request,
        answer: await (await bonnet()).selfTestAnswer(has, question.check),
      });
      break;
  }
}

/** Nothing is told of an answer that nobody waits for any more; another failure is. */
const unlessOvertaken =
  (emit: Emit) =>
  (error: unknown): null => {
    const isOvertaken = error instanceof GatewiseError && error.code === 'aborted';
    if (!isOvertaken) emit({ type: 'problem', problem: problemOf(error, 'training') });
    return null;
  };

/** What answers less usual questions is downloaded with the first of them. */
const bonnet = () => import('./bonnet.ts');

async function applied(steps: number, { gpu, data, trainer }: Answerable): Promise<AppliedSteps> {
  try {
    if (gpu === null || data === null || trainer === null) {
      throw new ToldError('no-webgpu', told('There is no model on a graphics device to apply.'));
    }
    const { applySteps } = await import('./apply-steps.ts');
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
      throw new ToldError('no-webgpu', told('There is no model on a graphics device to take a gradient of.'));
    }
    const { gradientReport } = await import('./gradient-report.ts');
    return await trainer.read(() => gradientReport(trainer, data, of, window));
  } catch (error) {
    return { type: 'none', why: problemOf(error, 'training').message };
  }
}

/** Null where another of the kind was asked meanwhile, or all of it is of what is gone. */
async function lags(
  { method, baseline, extra, weights }: Extract<Question, { type: 'read-lags' }>,
  { gpu, data, trainer, recorded, lags: work }: Answerable,
  emit: Emit,
): Promise<LagAnswer | null> {
  const signal = work.begin(weights);
  const question = { method, baseline, extra, weights };
  const share = everySoOften((done: number) => emit({ type: 'lag-measured', share: done }), signal);
  const control = { signal, onShare: weights === 'shown' ? share : () => {} };
  try {
    if (recorded !== null) return await recorded.lags(question, control);
    if (gpu === null || data === null || trainer === null) {
      throw new ToldError('no-webgpu', told('There is no model on a graphics device to ask.'));
    }
    const { lagReport } = await import('./lag-maps.ts');
    return await lagReport(gpu, trainer, data, question, control);
  } catch (error) {
    return signal.aborted ? null : { type: 'none', why: problemOf(error, 'training').message };
  }
}

async function studied(seeds: number, has: Answerable, emit: Emit): Promise<LagStudyAnswer> {
  const signal = has.lags.begin('study');
  try {
    const { lagStudy } = await import('./lag-study.ts');
    return await lagStudy(seeds, has, signal, emit);
  } catch (error) {
    return signal.aborted ? { type: 'stopped' } : { type: 'none', why: problemOf(error, 'training').message };
  }
}

async function retrained(has: Answerable, emit: Emit): Promise<RetrainAnswer> {
  const signal = has.lags.begin('retrain');
  try {
    const { lagRetraining } = await import('./lag-study.ts');
    return await lagRetraining(has, signal, emit);
  } catch (error) {
    return signal.aborted ? { type: 'stopped' } : { type: 'none', why: problemOf(error, 'training').message };
  }
}

async function members(has: Answerable, emit: Emit): Promise<MembersAnswer> {
  const signal = has.lags.begin('members');
  try {
    const { trainMembers } = await import('./members.ts');
    return await trainMembers(has, signal, emit);
  } catch (error) {
    return signal.aborted ? { type: 'stopped' } : { type: 'none', why: problemOf(error, 'training').message };
  }
}

async function proven(
  question: Extract<Question, { type: 'prove' }>,
  has: Answerable,
  emit: Emit,
): Promise<ProofAnswer> {
  // The others are done before anybody could stop them.
  const signal = question.proof === 'orders' ? has.files.begin('orders') : new AbortController().signal;
  try {
    const { proofAnswer } = await import('./prove-files.ts');
    const onTrial = (tried: number, of: number) => emit({ type: 'orders-tried', tried, of });
    return await proofAnswer(question, has, onTrial, signal);
  } catch (error) {
    return signal.aborted ? { type: 'stopped' } : { type: 'none', why: problemOf(error, 'keras').message };
  }
}

async function forecast(model: KerasModel, { gpu, data, files }: Answerable): Promise<FileForecast> {
  const signal = files.begin('forecast');
  try {
    if (data === null) {
      throw new ToldError('bad-input', told('There are no data to forecast yet. Choose some above.'));
    }
    if (gpu === null) {
      const { forecastOfFileOnProcessor } = await import('./file-forecast-cpu.ts');
      return await forecastOfFileOnProcessor(data, model, signal);
    }
    const { forecastOfFile } = await import('./file-forecast.ts');
    return await forecastOfFile(gpu, data, model, signal);
  } catch (error) {
    return signal.aborted ? { type: 'stopped' } : { type: 'none', why: problemOf(error, 'keras').message };
  }
}
