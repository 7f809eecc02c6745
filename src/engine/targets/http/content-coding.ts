import type { Transform } from 'node:stream';
import { finished } from 'node:stream/promises';
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
} from 'node:zlib';

export interface Decoded {
  readonly bytes: Buffer;
  /** Whether there was more than was asked for, or than could be undone. */
  readonly isCut: boolean;
}

/** More than one is unusual, more than these a trap. */
const longestChain = 4;
/** RFC 9659: a window beyond 8 MiB need not be granted. */
const zstdWindowLog = 23;

const flush = { finishFlush: constants.Z_SYNC_FLUSH };
/** How each coding is undone, also when its end is missing. */
const decoders: Readonly<Record<string, (bytes: Buffer) => Transform>> = {
  gzip: () => createGunzip(flush),
  // RFC 9110 §8.4.1.2: some send it without the zlib format around it.
  deflate: (bytes) => (hasZlibHeader(bytes) ? createInflate(flush) : createInflateRaw(flush)),
  br: () => createBrotliDecompress({ finishFlush: constants.BROTLI_OPERATION_FLUSH }),
  zstd: () =>
    createZstdDecompress({
      finishFlush: constants.ZSTD_e_flush,
      params: { [constants.ZSTD_d_windowLogMax]: zstdWindowLog },
    }),
};

/**
 * Undoes content codings, the last one first, as far as `limit` bytes of what comes of each: a few bytes can stand
 * for gigabytes.
 * @param codings as `Content-Encoding` lists them
 * @returns null when a coding is not known, or the bytes are not so coded
 */
export async function decoded(
  bytes: Buffer,
  codings: readonly string[],
  limit: number,
): Promise<Decoded | null> {
  if (codings.length > longestChain) return null;
  let result: Decoded = { bytes, isCut: false };
  for (const coding of codings.toReversed()) {
    const create = decoders[coding.toLowerCase().replace(/^x-/, '')];
    const next = create && (await undone(create(result.bytes), result.bytes, limit));
    if (!next) return null;
    result = { bytes: next.bytes, isCut: next.isCut || result.isCut };
  }
  return result;
}

async function undone(decoder: Transform, coded: Buffer, limit: number): Promise<Decoded | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  decoder.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    size += chunk.length;
    if (size > limit) decoder.destroy();
  });
  // What came before a fault is kept; where nothing did, the bytes are something else.
  const isWhole = await finished(decoder.end(coded)).then(
    () => true,
    () => false,
  );
  if (!isWhole && size === 0) return null;
  return { bytes: Buffer.concat(chunks).subarray(0, limit), isCut: !isWhole };
}

function hasZlibHeader(bytes: Buffer): boolean {
  const [method = 0, flags = 0] = bytes;
  return (method & 0x0f) === 8 && ((method << 8) | flags) % 31 === 0;
}
