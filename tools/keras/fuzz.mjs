// @ts-check
/**
 * Damages model files 10,000 times by seed, reads each with gatewise, and asks h5py what it sees in those that gatewise
 * accepts: `node tools/keras/fuzz.mjs [COUNT [SEED]]`. A case passes when it ends with a clear error, or with the very
 * bytes that h5py returns; within 2 s, and all together within 256 MB over the idle process. The last line is
 * `N passed, N failed`. KERAS_PYTHON names a Python that has h5py, in place of the environment of run.mjs.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';

const COUNT = Number(process.argv[2] ?? 10_000);
const SEED = Number(process.argv[3] ?? 1);
/** For one file, ms. */
const TIME_LIMIT = 2_000;
/** Over the idle process, bytes. */
const MEMORY_LIMIT = 256 * 2 ** 20;
/** Answers of h5py that may be outstanding. */
const AHEAD = 16;

const root = fileURLToPath(new URL('../..', import.meta.url));
const server = await createServer({
  root,
  configFile: false,
  appType: 'custom',
  logLevel: 'error',
  server: { middlewareMode: true, watch: null, hmr: false, ws: false },
});
const { readRaw } = await server.ssrLoadModule('/src/engine/keras/read-raw.ts');
const { modelOf } = await server.ssrLoadModule('/src/engine/keras/upgrade/model-of-raw.ts');
const { arraysOf, fuzzCases } = await server.ssrLoadModule('/test/keras/fuzz-cases.ts');
const { genuineFiles, h5Variants, ownFiles, sharedFiles } = await server.ssrLoadModule(
  '/test/keras/genuine-files.ts',
);

const command = process.env.KERAS_PYTHON
  ? [process.env.KERAS_PYTHON, `${root}/tools/keras/fuzz_h5py.py`]
  : [process.execPath, `${root}/tools/keras/run.mjs`, 'fuzz_h5py.py'];
const python = spawn(command[0] ?? '', command.slice(1), { stdio: ['pipe', 'pipe', 'inherit'] });
const answers = createInterface({ input: python.stdout })[Symbol.asyncIterator]();
/** @type {Map<number, string>} */
const asked = new Map();

const tally = { refused: 0, equal: 0 };
let failed = 0;
let slowest = 0;

/** @param {string} name @param {string} why */
function fail(name, why) {
  failed++;
  if (failed <= 40) process.stdout.write(`FAILED ${name}: ${why}\n`);
}

/** Waits for one answer of h5py. */
async function takeAnswer() {
  const { value, done } = await answers.next();
  if (done) throw new Error('h5py ended before its last answer.');
  const { id, verdict, why } = JSON.parse(value);
  const name = asked.get(id) ?? String(id);
  asked.delete(id);
  if (verdict === 'equal') tally.equal++;
  else fail(name, `gatewise reads it; h5py: ${verdict}, ${why}`);
}

/** @param {{ id: number, bytes: Uint8Array }} damaged @param {any} raw */
function question({ id, bytes }, raw) {
  const arrays = arraysOf(raw);
  const isByLayer = raw.weights.kind === 'by-layer';
  return `${JSON.stringify({
    id,
    bytes: Buffer.from(bytes).toString('base64'),
    architecture: JSON.stringify(raw.architecture),
    layers: isByLayer ? raw.weights.layers.map((/** @type {any} */ layer) => layer.name) : null,
    weights: arrays.length - (raw.optimizer?.length ?? 0),
    arrays: arrays.map((/** @type {any} */ { path, shape, data }) => ({
      path,
      shape,
      data: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64'),
    })),
  })}\n`;
}

/** @type {import('../../src/engine/keras/raw-file.ts').NamedFile[]} */
const allVariants = await h5Variants();
const variants = allVariants.filter(({ bytes }) => bytes.length < 100_000);
// Those few twice as often as genuine files, which are much alike.
const files = [...(await genuineFiles()), ...sharedFiles(), ...(await ownFiles()), ...variants, ...variants];
for (const { name, bytes } of files) await readRaw(bytes, { fileName: name });
globalThis.gc?.();
const idle = process.memoryUsage().rss;
let highest = 0;

for await (const damaged of fuzzCases(files, COUNT, SEED)) {
  const name = `${damaged.id} ${damaged.name}`;
  const started = process.cpuUsage();
  let raw = null;
  let isRefused = false;
  try {
    raw = await readRaw(damaged.bytes, { fileName: damaged.name });
    // h5py has no say in what the arrays mean: a model, or a clear error as well.
    modelOf(raw, null);
  } catch (error) {
    const isClear =
      error instanceof Error && error.name === 'GatewiseError' && !/undefined|\[object/.test(error.message);
    isRefused = isClear;
    if (!isClear) fail(name, `not a clear error: ${error instanceof Error ? error.stack : error}`);
  }
  // Time of this process alone, ms: other work on the machine is no fault of the reader.
  const took = process.cpuUsage(started).user / 1_000;
  slowest = Math.max(slowest, took);
  highest = Math.max(highest, process.memoryUsage().rss - idle);
  if (took > TIME_LIMIT) fail(name, `took ${took.toFixed(0)} ms`);
  if (!raw && isRefused) tally.refused++;
  if (raw) {
    asked.set(damaged.id, name);
    python.stdin.write(question(damaged, raw));
    if (asked.size > AHEAD) await takeAnswer();
  }
}
while (asked.size > 0) await takeAnswer();
python.stdin.end();
await server.close();

if (highest > MEMORY_LIMIT) fail('memory', `${(highest / 2 ** 20).toFixed(0)} MB over the idle process`);
const passed = tally.refused + tally.equal;
process.stdout.write(
  `${files.length} files damaged ${COUNT} times, seed ${SEED}: ${tally.refused} refused with a clear error, ${tally.equal} read as h5py reads them; slowest ${slowest.toFixed(0)} ms, at most ${(highest / 2 ** 20).toFixed(0)} MB over the idle process.\n`,
);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
