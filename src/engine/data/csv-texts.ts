/**
 * The texts of one column, as UTF-8 in one array: a date of 19 characters costs 23 bytes a row, not a string of its own.
 */
const FIRST_BYTES = 4096;
const FIRST_ROWS = 1024;
const LONGEST_SHORT = 64;
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

export class TextStore {
  private bytes = new Uint8Array(FIRST_BYTES);
  private used = 0;
  /** [rows] Where the text of each row ends; it begins where the one before ends. */
  private ends = new Uint32Array(FIRST_ROWS);
  private rows = 0;
  private isAscii = true;

  /** Sets the text of a row behind all that have one. */
  add(row: number, text: string): void {
    this.reserve(row, text.length * 3); // UTF-8 takes at most 3 bytes for a unit of UTF-16
    const { written } = encoder.encodeInto(text, this.bytes.subarray(this.used));
    if (written !== text.length) this.isAscii = false;
    this.close(row, written);
  }

  /** The same for ASCII text that lies in `source`. */
  addBytes(row: number, source: Uint8Array, from: number, to: number): void {
    this.reserve(row, to - from);
    const { bytes, used } = this;
    for (let i = from; i < to; i++) bytes[used + i - from] = source[i] as number;
    this.close(row, to - from);
  }

  /** The text of a row, '' where it has none. */
  get(row: number): string {
    if (row < 0 || row >= this.rows) return '';
    const text = this.bytes.subarray(row === 0 ? 0 : this.ends[row - 1], this.ends[row]);
    // A decoder costs more than a short text; a long one would be too many arguments.
    return this.isAscii && text.length < LONGEST_SHORT
      ? Reflect.apply(String.fromCharCode, null, text)
      : decoder.decode(text);
  }

  private close(row: number, length: number): void {
    this.ends.fill(this.used, this.rows, row);
    this.used += length;
    this.ends[row] = this.used;
    this.rows = row + 1;
  }

  private reserve(row: number, length: number): void {
    if (row >= this.ends.length) {
      const ends = new Uint32Array(Math.max(row + 1, this.ends.length * 2));
      ends.set(this.ends);
      this.ends = ends;
    }
    if (this.used + length > this.bytes.length) {
      const bytes = new Uint8Array(Math.max(this.used + length, this.bytes.length * 2));
      bytes.set(this.bytes);
      this.bytes = bytes;
    }
  }
}
