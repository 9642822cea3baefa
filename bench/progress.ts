/** One line on stderr that tells how far the run is: written over again in a terminal, else only its stages. */

export function stage(text: string): void {
  if (process.stderr.isTTY) detail(text);
  else process.stderr.write(`${text}\n`);
}

export function detail(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

/** Takes the line away. */
export function endProgress(): void {
  detail('');
}
