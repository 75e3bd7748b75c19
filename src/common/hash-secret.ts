import { createHash } from 'node:crypto';

/** SHA-256 of a token, key or code of ours, which is all that is kept: what is made of 32 random bytes needs no slow hash. */
export function hashSecret(secret: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(createHash('sha256').update(secret).digest());
}
