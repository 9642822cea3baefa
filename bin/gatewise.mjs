#!/usr/bin/env node
// @ts-check
/**
 * The command `gatewise`. It only finds a WebGPU driver and starts Node again with it; the command itself is
 * dist/cli/main.js, built from src/cli.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { launch } from './lib/launch.mjs';
import { nodeFault } from './lib/node-version.mjs';

const command = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));

const fault =
  nodeFault() ??
  (existsSync(command)
    ? null
    : 'The command is not built yet: run `npm run build`, or `npm run gatewise -- ...`.');

if (fault === null) {
  process.exitCode = await launch(command, process.argv.slice(2));
} else {
  process.stderr.write(`${fault}\n`);
  process.exitCode = 1;
}
