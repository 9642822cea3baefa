/**
 * How much memory the arrays of a file may take once they are float32. What is packed, or has one byte for a value, can
 * become thousands of times its file; weights that were trained hardly pack at all.
 */
import { badInput, sentence } from '../../core/errors.ts';

/** A file of any size may hold this. */
const MIN_BYTES = 2 ** 26;
/** float32 that packs to an eighth; or half of float16, or a quarter of int8, that packs to a half. */
const BYTES_PER_FILE_BYTE = 8;

/**
 * @param values of all arrays together; to be called before any of them is decoded
 * @param fileBytes length of the file as it was given, before anything was unpacked
 * @throws GatewiseError when they need more memory than a model of such a file does
 */
export function checkDecoded(values: number, fileBytes: number, fileName: string): void {
  const most = Math.max(MIN_BYTES, BYTES_PER_FILE_BYTE * fileBytes);
  if (values * 4 <= most) return;
  throw badInput(
    sentence`${fileName} holds ${values} values, ${values * 4} bytes as float32; of a file of ${fileBytes} bytes at most ${most} are read. Save the model without compression.`,
  );
}
