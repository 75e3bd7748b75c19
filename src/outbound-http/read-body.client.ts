import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { OutboundError } from './outbound-error.js';

const DECODERS: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/**
 * The body, decompressed, of at most `maxBytes`: both as it came and as it is. @throws OutboundError TOO_LARGE as soon
 * as it is more, UNREADABLE for an encoding that was not asked for or is broken
 */
export async function readBody(body: Readable, encoding: string, maxBytes: number): Promise<Buffer> {
  const isPlain = encoding === '' || encoding === 'identity';
  const decoder = Object.hasOwn(DECODERS, encoding) ? DECODERS[encoding]!() : null;
  if (!isPlain && !decoder) {
    discard(body);
    throw new OutboundError('UNREADABLE');
  }
  const chunks: Buffer[] = [];
  const collect = async (source: AsyncIterable<Buffer>) => {
    for await (const chunk of source) chunks.push(chunk);
  };
  if (decoder) await pipeline(body, counter(maxBytes), decoder, counter(maxBytes), collect);
  else await pipeline(body, counter(maxBytes), collect);
  return Buffer.concat(chunks);
}

/** Ends an answer nobody reads. undici reports that as an error, which nobody else would catch. */
export function discard(body: Readable): void {
  body.on('error', () => undefined).destroy();
}

/** Lets `maxBytes` pass, and ends everything with TOO_LARGE at the next one. */
function counter(maxBytes: number): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      done(bytes > maxBytes ? new OutboundError('TOO_LARGE') : null, chunk);
    },
  });
}
