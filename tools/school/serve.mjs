/**
 * Serves the folder "page" beside this file at http://localhost:8000, to this computer alone. Needs Node and nothing else.
 *
 *   node serve.mjs [port]
 */

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('page/', import.meta.url));
/** A browser runs a script only under its right type. */
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

const server = createServer(async ({ url = '/' }, response) => {
  try {
    const { pathname } = new URL(url, 'http://localhost');
    // Of an address like /../secret only what lies in the folder is left.
    const path = normalize(decodeURIComponent(pathname));
    const file = join(FOLDER, path, pathname.endsWith('/') ? 'index.html' : '');
    const bytes = await readFile(file);
    response
      .writeHead(200, { 'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream' })
      .end(bytes);
  } catch {
    response.writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8' }).end('There is no such file.\n');
  }
});
server.on('error', ({ message }) => {
  process.stderr.write(`Cannot serve: ${message}. Try another port: node serve.mjs 8001\n`);
  process.exitCode = 1;
});
server.listen(Number(process.argv[2] ?? 8000), 'localhost', () => {
  const { port } = server.address();
  process.stdout.write(`Open http://localhost:${port}/ in this computer's browser. Ctrl+C ends it.\n`);
});
