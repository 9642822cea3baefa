/** A visitor's own CSV: read, and offered for a choice of columns. */
import { parseCsvBytes } from '../../engine/index.ts';
import type { SessionEvent } from '../protocol.ts';
import { offerColumns } from './describe.ts';
import type { TableSource } from './loaded-data.ts';
import { readCsvFile, release } from './read-file.ts';

interface OwnFile {
  readonly source: TableSource;
  readonly offer: Extract<SessionEvent, { type: 'columns' }>;
}

/** @throws GatewiseError 'bad-input' where it is no table, or no column can be used */
export async function openOwnFile(file: File): Promise<OwnFile> {
  const { name } = file;
  const bytes = await readCsvFile(file);
  const table = parseCsvBytes(bytes);
  release(bytes.buffer);
  const source = { name, table, preset: null, origin: { type: 'file', file } as const, units: {} };
  return { source, offer: offerColumns(name, table) };
}
