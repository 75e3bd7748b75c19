import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { isStorageKey } from '../storage/storage-key.js';

/** How long a link shows its file. */
export const LINK_SECONDS = 600;

/** The key links are signed with, made from the installation's secret so that neither can stand in for the other. */
export function linkKey(secret: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', 'tawkee media links', 32));
}

/** The token of a link to a stored file, until then (ms since 1970). It holds no secret and cannot be changed. */
export function writeLink(key: Buffer, storageKey: string, expiresAtMs: number): string {
  const words = Buffer.from(`${storageKey}/${expiresAtMs}`).toString('base64url');
  return `${words}.${sign(key, words)}`;
}

/** The storage key a token is good for; undefined when it was forged, changed, or is over. */
export function readLink(key: Buffer, token: string, nowMs: number): string | undefined {
  const [words, signature, ...more] = token.split('.');
  if (!words || !signature || more.length > 0) return undefined;
  const expected = Buffer.from(sign(key, words));
  const given = Buffer.from(signature);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  const parts = Buffer.from(words, 'base64url').toString().split('/');
  const storageKey = parts.slice(0, 2).join('/');
  return isStorageKey(storageKey) && Number(parts[2]) > nowMs ? storageKey : undefined;
}

const sign = (key: Buffer, words: string) => createHmac('sha256', key).update(words).digest('base64url');

/** What browsers show as it is without running anything of it. */
const HARMLESS = /^(image\/(jpeg|png|webp|gif|avif)|audio\/[\w.-]+|video\/[\w.-]+)$/;

/** How a browser is to take a file: shown when it is harmless, else kept as a file under its name (RFC 6266, RFC 8187). */
export function describeDisposition(mimetype: string, fileName: string | null): string {
  const kind = HARMLESS.test(mimetype) ? 'inline' : 'attachment';
  if (!fileName) return kind;
  // Nothing of a name may look like a path, or turn the direction of what is read.
  const name = fileName
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}]/gu, '')
    .replace(/[/\\]/g, '_')
    .slice(-150);
  const ascii = name.replace(/[^\x20-\x7e]|["%\\]/g, '_');
  const encoded = encodeURIComponent(name.toWellFormed()).replace(
    /['()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${kind}; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
