import { createHash } from 'node:crypto';

/** Text as two copies of one message may differ in nothing but this: outer space, line ends, Unicode composition. */
export function normaliseText(text: string): string {
  return text.replace(/\r\n?/g, '\n').normalize('NFC').trim();
}

/** SHA-256 of the normalised text: equal for a text and what the gateway later reports of it. */
export function hashText(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash('sha256').update(normaliseText(text), 'utf8').digest());
}
