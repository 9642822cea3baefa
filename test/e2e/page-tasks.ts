/** What a trace of the browser says of the pages' own threads. */

/** One task of a thread, ms: by the clock, and of the processor's time. */
interface Task {
  readonly wall: number;
  readonly own: number;
}

/**
 * The tasks of the pages' own threads in a trace. The software adapter and whatever else runs take the processors from the
 * page in the middle of a task: what it holds the thread for by itself is its own time.
 */
export function pageTasks(trace: Uint8Array): Task[] {
  const { traceEvents } = JSON.parse(new TextDecoder().decode(trace)) as { traceEvents: TraceEvent[] };
  const threads = new Set(
    traceEvents.filter(({ args }) => args?.name === 'CrRendererMain').map(({ pid, tid }) => `${pid} ${tid}`),
  );
  return traceEvents
    .filter(({ name, pid, tid }) => name.endsWith('RunTask') && threads.has(`${pid} ${tid}`))
    .map(({ dur = 0, tdur = 0 }) => ({ wall: dur / 1000, own: tdur / 1000 }));
}

/** What is read of an event of a trace; times in microseconds. */
interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly dur?: number;
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}
