/** What our own safetensors and ONNX files carry beside the tensors: the exact architecture, and a sum over both. */
import { badInput } from '../core/errors.ts';
import { parseJson } from './bytes/json-text.ts';
import { encodeFloat32 } from './bytes/number-formats.ts';
import { sha256Of } from './bytes/sha256.ts';
import { own } from './bytes/untrusted-json.ts';

/** Key of the entry, JSON: {config, sha256}. */
export const OWN_METADATA = 'gatewise';
const MAX_CONFIG_BYTES = 2 ** 20;

interface StoredValues {
  readonly path: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** The entry for a config and the tensors as they are stored. */
export async function ownMetadata(config: unknown, tensors: readonly StoredValues[]): Promise<string> {
  return JSON.stringify({ config, sha256: await sumOf(config, tensors) });
}

/** How such an entry ends, whatever its key has become: a changed key must not make our file one of somebody else. */
const OWN_FORM = /^\{"config":[\s\S]*"sha256":"[0-9a-f]{64}"\}$/;

/** The entry among a file's metadata, undefined in files of others. */
export function findOwn(metadata: ReadonlyMap<string, string>): string | undefined {
  return metadata.get(OWN_METADATA) ?? [...metadata.values()].find((text) => OWN_FORM.test(text));
}

/**
 * The config that we wrote.
 * @throws GatewiseError when it or a tensor is not what was written
 */
export async function ownConfig(
  text: string,
  tensors: readonly StoredValues[],
  fileName: string,
): Promise<unknown> {
  const metadata = parseJson(new TextEncoder().encode(text), `${fileName}, its metadata`, MAX_CONFIG_BYTES);
  const config = own(metadata, 'config');
  if (own(metadata, 'sha256') === (await sumOf(config, tensors))) return config;
  throw badInput(
    `${fileName} was written by gatewise and does not have the SHA-256 any more that was written into it. Export it again; if the tensors were changed on purpose, leave out the metadata entry "${OWN_METADATA}".`,
  );
}

function sumOf(config: unknown, tensors: readonly StoredValues[]): Promise<string> {
  const names = tensors.map(({ path, shape }) => [path, shape]);
  return sha256Of(JSON.stringify([config, names]), ...tensors.map(({ data }) => encodeFloat32(data)));
}
