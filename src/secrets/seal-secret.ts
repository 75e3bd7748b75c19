import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';

/** A key as it encrypts, and the name under which what it sealed is found again. */
export interface SecretKey {
  /** Four bytes derived from the key: a rotation needs no counter, and the id tells nothing of the key. */
  readonly id: string;
  readonly key: Buffer;
}

/** The current key, which seals; and those that only open what older ones have sealed. */
export interface Keyring {
  readonly current: SecretKey;
  readonly all: ReadonlyMap<string, SecretKey>;
}

/** What a sealed text is bound to: put into another workspace's row or another field, it does not open. */
export interface SecretPlace {
  readonly workspaceId: string;
  readonly field: string;
}

/** A sealed text that does not open: cut, changed, of another place, or of a key that is not configured. */
export class UnreadableSecretError extends Error {
  override readonly name = 'UnreadableSecretError';
}

const PREFIX = 'sealed.';
const VERSION = 1;
const ID_BYTES = 4;
/** NIST SP 800-38D, 8.2.2: 96 random bits are good for 2^32 texts of one key. */
export const IV_BYTES = 12;
const TAG_BYTES = 16;
const HEADER_BYTES = 1 + ID_BYTES + IV_BYTES + TAG_BYTES;

const derive = (text: string, purpose: string, bytes: number) =>
  Buffer.from(hkdfSync('sha256', text, 'tawkee', purpose, bytes));

function deriveKey(text: string): SecretKey {
  return { id: derive(text, 'key id', ID_BYTES).toString('hex'), key: derive(text, 'secrets', 32) };
}

/** The keys of an installation. @throws Error when two of them are the same, or look the same by their id */
export function buildKeyring(current: string, previous: readonly string[]): Keyring {
  const keys = [current, ...previous].map(deriveKey);
  const all = new Map(keys.map((key) => [key.id, key]));
  if (all.size < keys.length) {
    throw new Error('SECRETS_KEY and SECRETS_KEY_PREVIOUS name one key twice; leave it out of SECRETS_KEY_PREVIOUS');
  }
  return { current: keys[0]!, all };
}

/** The text that goes into the database. `iv` is 12 fresh random bytes: one used twice under a key gives both texts away. */
export function sealSecret({ current }: Keyring, iv: Buffer, place: SecretPlace, plain: string): string {
  const cipher = createCipheriv('aes-256-gcm', current.key, iv);
  cipher.setAAD(describePlace(place));
  const sealed = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
  const id = Buffer.from(current.id, 'hex');
  return PREFIX + Buffer.concat([Buffer.of(VERSION), id, iv, cipher.getAuthTag(), sealed]).toString('base64url');
}

/** What was sealed. @throws UnreadableSecretError, which holds nothing of it */
export function openSecret(keyring: Keyring, place: SecretPlace, sealed: string): string {
  const bytes = readBytes(sealed);
  const key = keyring.all.get(bytes.toString('hex', 1, 1 + ID_BYTES));
  if (!key) throw new UnreadableSecretError('it was sealed with a key that is not configured');
  const iv = bytes.subarray(1 + ID_BYTES, 1 + ID_BYTES + IV_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', key.key, iv, { authTagLength: TAG_BYTES });
  decipher.setAAD(describePlace(place));
  decipher.setAuthTag(bytes.subarray(HEADER_BYTES - TAG_BYTES, HEADER_BYTES));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(HEADER_BYTES)), decipher.final()]).toString('utf8');
  } catch {
    throw new UnreadableSecretError('it was changed, or sealed for another place');
  }
}

/** Whether the current key sealed it; a text that is no sealed one is not. */
export function isSealedWithCurrent({ current }: Keyring, sealed: string): boolean {
  if (!sealed.startsWith(PREFIX)) return false;
  const bytes = Buffer.from(sealed.slice(PREFIX.length), 'base64url');
  return bytes[0] === VERSION && bytes.toString('hex', 1, 1 + ID_BYTES) === current.id;
}

function readBytes(sealed: string): Buffer {
  if (!sealed.startsWith(PREFIX)) throw new UnreadableSecretError('it is not a sealed text');
  const bytes = Buffer.from(sealed.slice(PREFIX.length), 'base64url');
  if (bytes[0] !== VERSION || bytes.length < HEADER_BYTES)
    throw new UnreadableSecretError('it is cut or of a newer kind');
  return bytes;
}

/** A NUL stands in neither part, so no two places read the same. */
const describePlace = ({ workspaceId, field }: SecretPlace) => Buffer.from(`${workspaceId}\0${field}`);
