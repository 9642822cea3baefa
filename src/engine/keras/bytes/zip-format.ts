/** The zip records both the writer and the reader need: signatures, sizes and field offsets in bytes (PKWARE APPNOTE 4.3). */

export const LOCAL = {
  signature: 0x04034b50,
  size: 30,
  flags: 6,
  method: 8,
  date: 12,
  crc: 14,
  packed: 18,
  unpacked: 22,
  nameLength: 26,
  extraLength: 28,
} as const;
export const CENTRAL = {
  signature: 0x02014b50,
  size: 46,
  version: 6,
  flags: 8,
  method: 10,
  date: 14,
  crc: 16,
  packed: 20,
  unpacked: 24,
  nameLength: 28,
  extraLength: 30,
  commentLength: 32,
  offset: 42,
} as const;
export const END = {
  signature: 0x06054b50,
  size: 22,
  disk: 4,
  entriesHere: 8,
  entries: 10,
  directorySize: 12,
  directoryOffset: 16,
  commentLength: 20,
} as const;

export const STORED = 0;
export const DEFLATED = 8;

/** Flag bits. */
export const ENCRYPTED = 0x0001;
export const DATA_DESCRIPTOR = 0x0008;
export const UTF8_NAME = 0x0800;

/** A size field with this value means zip64: the real size is in an extra field. */
export const ZIP64_MARK = 0xffffffff;
