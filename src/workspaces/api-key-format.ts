import { hashSecret } from '../common/hash-secret.js';

/** How a key of ours begins: secret scanners can find a leaked one, and it cannot be taken for an access token. */
const BEGINNING = 'twk_';
const VISIBLE_LENGTH = BEGINNING.length + 8;
const RANDOM_BYTES = 32;
const API_KEY = /^twk_[\w-]{43}$/;

/** A key made of 32 random bytes: whole, its beginning that may be shown, and its hash, which is all that is kept. */
export function makeApiKey(random: Uint8Array): { key: string; prefix: string; hash: Uint8Array<ArrayBuffer> } {
  if (random.length !== RANDOM_BYTES) throw new RangeError(`an API key is made of ${RANDOM_BYTES} random bytes`);
  const key = BEGINNING + Buffer.from(random).toString('base64url');
  return { key, prefix: key.slice(0, VISIBLE_LENGTH), hash: hashSecret(key) };
}

/** Whether a text has the form of a key; an access token never does. */
export function isApiKey(text: string): boolean {
  return API_KEY.test(text);
}
