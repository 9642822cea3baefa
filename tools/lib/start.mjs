// @ts-check
/** `npm start`: serves the page from its sources at http://localhost:5173 until it is interrupted. */
import { spawn } from 'node:child_process';
import { bundleData } from './build.mjs';
import { fromRoot } from './paths.mjs';

const PORT = 5173;
const ADDRESS = `http://localhost:${PORT}`;

/** @returns {Promise<number>} exit code, once the server runs or could not be started */
export async function start() {
  if (!(await bundleData())) return 1;
  const { createServer } = await import('vite');
  const server = await createServer({ configFile: fromRoot('vite.config.ts'), clearScreen: false });
  try {
    await server.listen();
  } catch (error) {
    await server.close();
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(
      message.includes('already in use')
        ? `Port ${PORT} is taken, perhaps by another \`npm start\`: stop that program, then try again.\n`
        : `The page could not be served at ${ADDRESS}: ${message}\n`,
    );
    return 1;
  }
  process.stdout.write(`gatewise is at ${ADDRESS} (Ctrl-C ends it)\n`);
  openBrowser();
  for (const [signal, code] of /** @type {const} */ ([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ])) {
    process.once(signal, () => {
      void server.close().finally(() => process.exit(code));
    });
  }
  return 0;
}

/** Shows the page where somebody can see it. That it could not is no failure: the address is printed. */
function openBrowser() {
  const { CI, DISPLAY, WAYLAND_DISPLAY } = process.env;
  if (CI) return;
  const commands = { darwin: ['open'], win32: ['cmd', '/c', 'start', ''], linux: ['xdg-open'] };
  const hasDisplay = process.platform !== 'linux' || Boolean(DISPLAY || WAYLAND_DISPLAY);
  const [program, ...args] = commands[/** @type {keyof typeof commands} */ (process.platform)] ?? [];
  if (!hasDisplay || program === undefined) return;
  const opener = spawn(program, [...args, ADDRESS], { stdio: 'ignore', detached: true });
  opener.once('error', () => {});
  opener.unref();
}
