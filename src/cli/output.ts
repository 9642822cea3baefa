/**
 * Where the command writes. Dawn writes its own warnings natively to file descriptors 1 and 2; the launcher therefore gives
 * us pipes that nobody reads aloud as these, and the real ones as 3 and 4 (GATEWISE_FDS=1). Writes are synchronous, so
 * that nothing is lost when the process ends.
 */
import { writeSync } from 'node:fs';
import { isatty, WriteStream } from 'node:tty';

export interface Output {
  /** To stdout: what the verb was asked for. */
  print(text: string): void;
  /** To stderr: progress, notes, failures. One line. */
  say(line: string): void;
  /** To stderr, in place of what was drawn before; for progress on a terminal. Other lines go below it. */
  draw(line: string): void;
  /** Characters in a line of the terminal that stderr is; null where it is none. */
  columns(): number | null;
}

/** Milliseconds to wait for a reader that does not keep up. */
const FULL_PIPE_WAIT = 5;
const CLEAR_LINE = '\r\x1b[2K';
/** A terminal that does not say how wide it is. */
const USUAL_COLUMNS = 80;

export function openOutput(): Output {
  const [out, err] = process.env.GATEWISE_FDS === '1' ? [3, 4] : [1, 2];
  const terminal = isatty(err) ? new WriteStream(err) : null;
  let isDrawn = false;
  const leaveDrawing = (): void => {
    if (isDrawn) write(err, '\n');
    isDrawn = false;
  };
  return {
    print(text) {
      leaveDrawing();
      write(out, text);
    },
    say(line) {
      leaveDrawing();
      write(err, `${line}\n`);
    },
    draw(line) {
      write(err, CLEAR_LINE + line);
      isDrawn = true;
    },
    columns: () => (terminal === null ? null : terminal.getWindowSize()[0] || USUAL_COLUMNS),
  };
}

function write(fd: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(fd, bytes, at);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'EAGAIN') return; // EPIPE: the reader has gone (`| head`); there is nobody left to tell
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, FULL_PIPE_WAIT);
    }
  }
}
