import { createHash } from 'node:crypto';

/** How a key of ours begins: secret scanners can find a leaked one, and it cannot be taken for an access token. */
const BEGINNING = 'tk_';
const VISIBLE_LENGTH = 10;

/** A key made of 32 random bytes: the key itself, and its visible beginning. */
export function formatApiKey(random: Uint8Array): { readonly key: string; readonly prefix: string } {
  const key = BEGINNING + Buffer.from(random).toString('base64url');
  return { key, prefix: key.slice(0, VISIBLE_LENGTH) };
}

/** SHA-256 of a key, which is all we keep: 32 random bytes need no slow hash. */
export function hashApiKey(key: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(createHash('sha256').update(key).digest());
}
