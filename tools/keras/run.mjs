/**
 * Runs Python scripts of this folder with the pinned Keras: `node tools/keras/run.mjs check_live.py FOLDER`. The virtual
 * environment lies in .cache/keras-venv and is made when it is missing or made from other requirements. Node built-ins
 * only. Exit status: the script's, or 2 when Python or the environment cannot be had.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const requirements = join(here, 'requirements.txt');
const venv = join(root, '.cache', 'keras-venv');
const stamp = join(venv, 'made-from.txt');
const venvPython = join(venv, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
/** What the pinned NumPy and TensorFlow install on. */
const OLDEST_PYTHON = [3, 11];
const NEWEST_PYTHON = [3, 13];

const [script, ...args] = process.argv.slice(2);
if (script === undefined || !existsSync(join(here, script))) {
  stop(
    `${script === undefined ? 'No script given' : `There is no tools/keras/${script}`}. Use: node tools/keras/run.mjs check_live.py FOLDER, or train_fixtures.py.`,
  );
}
ensureVenv();
const result = spawnSync(venvPython, [join(here, script), ...args], { stdio: 'inherit' });
if (result.error) stop(`Python could not be started: ${result.error.message}.`);
process.exit(result.status ?? 1);

function ensureVenv() {
  const python = findPython();
  const key = createHash('sha256').update(readFileSync(requirements)).update(python.version).digest('hex');
  if (existsSync(venvPython) && existsSync(stamp) && readFileSync(stamp, 'utf8') === key) return;

  process.stderr.write('Making the Keras environment in .cache/keras-venv (about 1 GB, a few minutes) ...\n');
  rmSync(venv, { recursive: true, force: true });
  mkdirSync(dirname(venv), { recursive: true });
  const made = spawnSync(python.command, ['-m', 'venv', venv], { encoding: 'utf8' });
  if (made.status !== 0) {
    rmSync(venv, { recursive: true, force: true });
    stop(
      'Python has no venv module that works. Install it (Debian and Ubuntu: apt-get install python3-venv), then run this again.',
      made.stdout + made.stderr,
    );
  }
  const patience = ['--retries', '10', '--timeout', '60'];
  const pip = [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '--only-binary',
    ':all:',
    ...patience,
  ];
  const installed = spawnSync(venvPython, [...pip, '-r', requirements], { encoding: 'utf8' });
  if (installed.status !== 0) {
    rmSync(venv, { recursive: true, force: true });
    stop(
      'pip could not install tools/keras/requirements.txt. Check the network connection and the disk, then run this again.',
      installed.stderr,
    );
  }
  writeFileSync(stamp, key);
}

/** The first Python 3 on the path whose version the pinned packages support. */
function findPython() {
  const versions = [];
  for (const command of ['python3', 'python3.13', 'python3.12', 'python3.11', 'python']) {
    const asked = spawnSync(command, ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])'], {
      encoding: 'utf8',
    });
    if (asked.status !== 0) continue;
    const version = asked.stdout.trim();
    const [major, minor] = version.split('.').map(Number);
    if (major === 3 && minor >= OLDEST_PYTHON[1] && minor <= NEWEST_PYTHON[1]) return { command, version };
    versions.push(version);
  }
  const wanted = `Python ${OLDEST_PYTHON.join('.')} to ${NEWEST_PYTHON.join('.')}`;
  stop(
    versions.length === 0
      ? `The Keras checks need ${wanted}, and there is no python3 on the path. Install it (Debian and Ubuntu: apt-get install python3 python3-venv).`
      : `The Keras checks need ${wanted}, found ${versions.join(', ')}. Install one of those beside it.`,
  );
}

function stop(sentence, details = '') {
  const tail = details.trim().split('\n').slice(-5).join('\n');
  process.stderr.write(`${tail ? `${tail}\n` : ''}${sentence}\n`);
  process.exit(2);
}
