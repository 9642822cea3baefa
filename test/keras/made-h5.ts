import type { File as H5File } from 'h5wasm';

/** A file that h5wasm makes: `fill` puts into it what Keras would not. */
export async function madeH5(fill: (file: H5File) => void): Promise<Uint8Array> {
  const h5 = await import('h5wasm');
  await h5.ready;
  const file = new h5.File('/hostile.h5', 'w', { libver: ['earliest', 'latest'] });
  fill(file);
  file.close();
  const bytes = new Uint8Array(h5.FS?.readFile('/hostile.h5') ?? []);
  h5.FS?.unlink('/hostile.h5');
  return bytes;
}
