import { createHash } from 'node:crypto';

/** Text as two copies of one message may differ in nothing but this: outer space, line ends, Unicode composition. */
export function normaliseText(text: string): string {
  return text.replace(/\r\n?/g, '\n').normalize('NFC').trim();
}

/** SHA-256 of the normalised text: equal for a text and what the gateway later reports of it. */
export function hashText(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash('sha256').update(normaliseText(text), 'utf8').digest());
}

/**
 * What an echo is matched by: the text's hash, and for anything else the hash of its kind and caption. A voice note counts
 * by its kind alone, since a gateway that transcribes reports words nobody sent.
 */
export function hashContent(type: string, text: string): Uint8Array<ArrayBuffer> {
  if (type === 'TEXT') return hashText(text);
  // U+0000 is in no stored text, so that no text can pass for a file.
  return hashText(`\u0000${type}\u0000${type === 'AUDIO' ? '' : normaliseText(text)}`);
}
