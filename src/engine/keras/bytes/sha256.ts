/** SHA-256 in the form our own files carry it. */

/** The sum of several parts, one after the other, as 64 hexadecimal digits. Strings count as UTF-8. */
export async function sha256Of(...parts: readonly (string | Uint8Array)[]): Promise<string> {
  const encoder = new TextEncoder();
  const chunks = parts.map((part) => (typeof part === 'string' ? encoder.encode(part) : part));
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', joined(chunks)));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** One array of all bytes; no copy where there is one part. WebCrypto takes no shared memory; nothing here is shared. */
function joined(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const [first, ...others] = chunks;
  if (first && others.length === 0) return first as Uint8Array<ArrayBuffer>;
  const all = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
