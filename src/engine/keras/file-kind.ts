/**
 * What a file is, by its first bytes: names lie (`.keras` that are HDF5, `.h5` that are web pages). Kinds that are not
 * read are known too, to say what to do instead.
 */

import { type Sentence, sentence } from '../core/errors.ts';
import { LOCAL } from './bytes/zip-format.ts';
import { findSignature } from './hdf5/signature.ts';

export type FileKind = 'zip' | 'hdf5' | 'json' | 'safetensors' | 'onnx';

/** A file that is not read: what it looks like and what can be done. */
export interface Stranger {
  readonly what: Sentence;
  readonly advice: Sentence;
}

const SAVE_IN_KERAS = sentence`Save the model with model.save("model.keras") and open that.`;
const FROM_PYTORCH = sentence`Pickles can run code and are not read. Save the weights with safetensors.torch.save_file(model.state_dict(), "model.safetensors") and open that.`;

/** TensorFlow's own form, a folder or one file of it. */
export const SAVED_MODEL: Stranger = { what: sentence`TensorFlow's SavedModel`, advice: SAVE_IN_KERAS };

const LOCAL_ENTRY = [0x50, 0x4b, 0x03, 0x04] as const;

/** Beginnings of files that people take for model files; `at` is 0 unless told. */
const STRANGERS: readonly (Stranger & {
  readonly start: readonly number[] | string;
  readonly at?: number;
})[] = [
  { start: '%PDF', what: sentence`a PDF document`, advice: SAVE_IN_KERAS },
  {
    start: 'TFL3',
    at: 4,
    what: sentence`a TensorFlow Lite model`,
    advice: sentence`It cannot be turned back. ${SAVE_IN_KERAS}`,
  },
  {
    start: 'version https://git-lfs',
    what: sentence`a pointer of Git LFS, not the file it stands for`,
    advice: sentence`Fetch the file with git lfs pull.`,
  },
  {
    start: [0x93, 0x4e, 0x55, 0x4d],
    what: sentence`one NumPy array (.npy)`,
    advice: sentence`Weights of a model go into one .npz.`,
  },
  { start: [0x1f, 0x8b], what: sentence`a gzip archive`, advice: sentence`Unpack it first.` },
  { start: '7z', what: sentence`a 7-Zip archive`, advice: sentence`Unpack it first.` },
  { start: 'Rar!', what: sentence`a RAR archive`, advice: sentence`Unpack it first.` },
  { start: 'ustar', at: 257, what: sentence`a tar archive`, advice: sentence`Unpack it first.` },
  { start: [0x89, 0x50, 0x4e, 0x47], what: sentence`a PNG picture`, advice: SAVE_IN_KERAS },
  {
    start: '<',
    what: sentence`a web page or XML`,
    advice: sentence`Download the file itself, not the page about it.`,
  },
  // TensorFlow's saved_model.pb: schema version 1, then a graph. ONNX of version 1 would look the same; none has LSTMs.
  { start: [0x08, 0x01, 0x12], ...SAVED_MODEL },
  { start: [0x80, 0x02, 0x8a, 0x0a], what: sentence`a PyTorch checkpoint (pickle)`, advice: FROM_PYTORCH },
];

/** The kind of a file that is read, or what it is instead. */
export function fileKind(bytes: Uint8Array): FileKind | Stranger {
  // Before the archive is read: torch.save writes zip64, which is not.
  if (isPytorchArchive(bytes)) {
    return { what: sentence`a PyTorch archive (torch.save), which holds a pickle`, advice: FROM_PYTORCH };
  }
  if (startsWith(bytes, LOCAL_ENTRY) || startsWith(bytes, [0x50, 0x4b, 0x05, 0x06])) return 'zip';
  if (findSignature(bytes) >= 0) return 'hdf5';
  const first = firstVisible(bytes);
  if (first === '{' || first === '[' || first === '"') return 'json';
  if (isSafetensors(bytes)) return 'safetensors';
  const stranger = STRANGERS.find(({ start, at }) => startsWith(bytes, start, at));
  if (stranger) return stranger;
  if (bytes[0] === 0x80 && (bytes[1] ?? 0) >= 2 && (bytes[1] ?? 0) <= 5) {
    return {
      what: sentence`a Python pickle`,
      advice: sentence`Pickles can run code and are not read. ${SAVE_IN_KERAS}`,
    };
  }
  // ONNX: field 1 (ir_version) is a small number, then another field of its own.
  const [tag, version = 0, next = 0] = bytes;
  if (
    tag === 0x08 &&
    version > 0 &&
    version < 64 &&
    [0x12, 0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42].includes(next)
  ) {
    return 'onnx';
  }
  if (bytes.length === 0)
    return { what: sentence`an empty file`, advice: sentence`Download or save it again.` };
  return {
    what: sentence`of no kind known here (it begins with ${beginning(bytes.subarray(0, 16))})`,
    advice: sentence`Open a .keras, .h5, .npz, model.json, .safetensors or .onnx file.`,
  };
}

/** The first bytes as text where all are printable, else in hexadecimal. */
function beginning(bytes: Uint8Array): Sentence {
  const isText = bytes.every(
    (byte) => (byte >= 0x20 && byte < 0x7f) || byte === 0x0a || byte === 0x0d || byte === 0x09,
  );
  if (isText)
    return sentence`the text \u201c${String.fromCharCode(...bytes)
      .replace(/\s+/g, ' ')
      .trim()}\u201d`;
  return sentence`the bytes ${Array.from(bytes.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join(' ')}`;
}

function startsWith(bytes: Uint8Array, start: readonly number[] | string, at = 0): boolean {
  const wanted = typeof start === 'string' ? [...start].map((letter) => letter.charCodeAt(0)) : start;
  return wanted.every((byte, i) => bytes[at + i] === byte);
}

function firstVisible(bytes: Uint8Array): string {
  let at = startsWith(bytes, [0xef, 0xbb, 0xbf]) ? 3 : 0;
  while ([0x20, 0x09, 0x0a, 0x0d].includes(bytes[at] ?? 0)) at++;
  return String.fromCharCode(bytes[at] ?? 0);
}

/** The first entry of what torch.save writes is `<name of the file>/data.pkl`. */
function isPytorchArchive(bytes: Uint8Array): boolean {
  if (!startsWith(bytes, LOCAL_ENTRY) || bytes.length < LOCAL.size) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const name = bytes.subarray(LOCAL.size, LOCAL.size + view.getUint16(LOCAL.nameLength, true));
  return /(?:^|\/)data\.pkl$/.test(new TextDecoder().decode(name));
}

/** Eight bytes of a length that fits the file, then a JSON object. */
function isSafetensors(bytes: Uint8Array): boolean {
  if (bytes.length < 10 || bytes[8] !== 0x7b) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return view.getUint32(4, true) === 0 && view.getUint32(0, true) <= 2 ** 27;
}
