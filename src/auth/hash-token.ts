import { createHash } from 'node:crypto';

/** SHA-256 of a token: what is made of 32 random bytes needs no slow hash. */
export function hashToken(token: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(createHash('sha256').update(token).digest());
}
