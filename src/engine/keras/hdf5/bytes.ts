/**
 * The bytes of an HDF5 file, every access checked. Our own reader and not h5wasm, because of what files of strangers do:
 * libhdf5 hides the details of number types that a flipped bit changes, reads dataset sizes into memory before they can
 * be compared with the file, and once its WebAssembly module has aborted no second one can be made of the package.
 * Format: HDF5 File Format Specification 3.0 (section numbers in comments are its own). Little-endian throughout.
 */
import { badInput, type GatewiseError, type Sentence, sentence } from '../../core/errors.ts';

/** Steps of walking: links, attributes, messages, nodes, chunks. Real models take some thousands. */
const MAX_STEPS = 500_000;
/** Bytes that a file's chunks may unpack to, or eight times the file; edges of chunks included. */
const MAX_UNPACKED = 2 ** 25;
const UNDEFINED = 0xffffffff;

export class H5Bytes {
  readonly fileName: string;
  readonly length: number;
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private steps = 0;
  private unpacked = 0;

  /** @param bytes from the superblock's base address to the end of file that it states */
  constructor(bytes: Uint8Array, fileName: string) {
    this.bytes = bytes;
    this.length = bytes.length;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.fileName = fileName;
  }

  u8(at: number): number {
    this.check(at, 1);
    return this.view.getUint8(at);
  }

  u16(at: number): number {
    this.check(at, 2);
    return this.view.getUint16(at, true);
  }

  u32(at: number): number {
    this.check(at, 4);
    return this.view.getUint32(at, true);
  }

  /** A 64-bit length or count; one that no file can have is refused. */
  u64(at: number): number {
    const high = this.u32(at + 4);
    if (high >= 2 ** 21) throw this.damaged('a size is far larger than the file');
    return high * 2 ** 32 + this.u32(at);
  }

  /** An unsigned number of 1, 2, 4 or 8 bytes. */
  uint(at: number, width: number): number {
    if (width === 1) return this.u8(at);
    if (width === 2) return this.u16(at);
    return width === 4 ? this.u32(at) : this.u64(at);
  }

  /** An address, or null where it is "undefined" (all ones). */
  address(at: number): number | null {
    if (this.u32(at) === UNDEFINED && this.u32(at + 4) === UNDEFINED) return null;
    const address = this.u64(at);
    if (address >= this.length) throw this.damaged(sentence`it points to byte ${address} of ${this.length}`);
    return address;
  }

  /** An address that must not be "undefined". */
  definedAddress(at: number): number {
    const address = this.address(at);
    if (address === null) throw this.damaged('a part of it has no address');
    return address;
  }

  /** A view, not a copy. */
  slice(at: number, length: number): Uint8Array {
    this.check(at, length);
    return this.bytes.subarray(at, at + length);
  }

  /** @throws GatewiseError unless the four letters stand there */
  expect(at: number, signature: string): void {
    for (let i = 0; i < signature.length; i++) {
      if (this.u8(at + i) !== signature.charCodeAt(i))
        throw this.damaged(`no ${signature} record is at byte ${at}`);
    }
  }

  /** @throws GatewiseError unless all bytes are zero, as the format wants of what it reserves */
  expectZeros(at: number, length: number): void {
    if (this.slice(at, length).some((byte) => byte !== 0)) {
      throw this.damaged(`reserved bytes at ${at} are not zero`);
    }
  }

  /** Text of strict UTF-8 up to the first NUL before `end`; the NUL must be there. */
  name(at: number, end: number): string {
    const bytes = this.slice(at, end - at);
    const length = bytes.indexOf(0);
    if (length < 0) throw this.damaged(`a name at byte ${at} has no end`);
    return this.text(bytes.subarray(0, length));
  }

  text(bytes: Uint8Array): string {
    this.step(bytes.length);
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      throw this.damaged('a text is not UTF-8');
    }
  }

  /**
   * Counts work, so that a small file cannot keep the reader busy or fill the memory.
   * @param length bytes that are gone through; 64 count as one part
   */
  step(length = 0): void {
    this.steps += 1 + length / 64;
    if (this.steps > MAX_STEPS) {
      throw this.fail(`the file has more than ${MAX_STEPS} parts; no model file of Keras has that many.`);
    }
  }

  /** Counts bytes that come out of chunks. */
  unpack(count: number): void {
    this.unpacked += count;
    const most = Math.max(MAX_UNPACKED, 8 * this.length);
    if (this.unpacked > most) {
      throw this.fail(`its packed arrays unpack to more than ${most} bytes; that is no model's.`);
    }
  }

  fail(problem: string | Sentence): GatewiseError {
    const { fileName } = this;
    return badInput(
      typeof problem === 'string' ? `${fileName}: ${problem}` : sentence`${fileName}: ${problem}`,
    );
  }

  damaged(what: string | Sentence): GatewiseError {
    return this.fail(sentence`this HDF5 file is damaged or cut short: ${what}. Save or download it again.`);
  }

  unsupported(what: string | Sentence): GatewiseError {
    return this.fail(
      sentence`this HDF5 file has ${what}, which is not read. Save it again with Keras or h5py.`,
    );
  }

  private check(at: number, length: number): void {
    if (!(at >= 0 && length >= 0 && at + length <= this.length)) {
      throw this.damaged(sentence`it needs bytes ${at} to ${at + length}, the file ends at ${this.length}`);
    }
  }
}
