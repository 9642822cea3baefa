/**
 * Whether dropped files are models or a table, by their first bytes: enough to tell which part of the page they belong to.
 * What a model file really is, its reader says.
 */

/** First bytes of HDF5 and of zip (.keras, .npz). */
const SIGNATURES: readonly (readonly number[])[] = [
  [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a],
  [0x50, 0x4b, 0x03, 0x04],
];

/** Bytes `looksLikeModel` wants to see. */
export const HEAD_BYTES = 64;

/** True for HDF5, zip, JSON, safetensors and ONNX; false for text of other kinds, gzip and what is not known. */
export function looksLikeModel(head: Uint8Array): boolean {
  if (SIGNATURES.some((signature) => signature.every((byte, at) => head[at] === byte))) return true;
  const firstText = head.find((byte, at) => !isBlank(byte) && !(at < 3 && isMark(byte)));
  if (firstText === 0x7b || firstText === 0x5b) return true;
  // safetensors: the length of a JSON header as 8 bytes, then the header. Lengths above 2^32 are no real ones.
  if (head[8] === 0x7b && head.subarray(4, 8).every((byte) => byte === 0)) return true;
  // ONNX: a protobuf whose first field is ir_version, a small number (onnx.proto, ModelProto).
  return head[0] === 0x08 && (head[1] ?? 0) > 0 && (head[1] ?? 0) < 0x20 && ((head[2] ?? 0) & 7) === 2;
}

/** A byte-order mark of UTF-8. */
function isMark(byte: number): boolean {
  return byte === 0xef || byte === 0xbb || byte === 0xbf;
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}
