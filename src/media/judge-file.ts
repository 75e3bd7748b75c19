import type { MessageType } from '../evolution-api/describe-content.js';

/** What a file is, by its bytes, and what it is called; or why it is not kept. */
export type Judgement = { readonly mimetype: string } | { readonly error: 'empty' | 'type_not_allowed' };

const IMAGES = ['image/jpeg', 'image/png', 'image/webp', 'image/gif', 'image/heic', 'image/avif'];
const SOUNDS = [
  'audio/ogg',
  'audio/mpeg',
  'audio/mp4',
  'audio/x-m4a',
  'audio/aac',
  'audio/amr',
  'audio/wav',
  'audio/vnd.wave',
  'audio/flac',
  'audio/x-flac',
  'audio/webm',
];
const FILMS = [
  'video/mp4',
  'video/3gpp',
  'video/3gpp2',
  'video/quicktime',
  'video/webm',
  'video/x-m4v',
  'video/matroska',
];
const PAPERS = [
  'application/pdf',
  'application/rtf',
  'application/zip',
  'application/gzip',
  'application/x-7z-compressed',
  'application/x-rar-compressed',
  'application/epub+zip',
  'application/x-cfb',
  'application/xml',
  'text/calendar',
  'text/vcard',
];
const OFFICE = /^application\/vnd\.(openxmlformats-officedocument|oasis\.opendocument)\./;

const ALLOWED: Readonly<Partial<Record<MessageType, readonly string[]>>> = {
  IMAGE: IMAGES,
  // An animated one may be a film; an empty list of layers is a zip, and nothing anybody could look at.
  STICKER: [...IMAGES, 'video/mp4', 'video/webm'],
  // Voice notes are Ogg, and a container of the MP4 family does not say whether it has pictures.
  AUDIO: [...SOUNDS, 'video/mp4', 'video/3gpp', 'video/webm'],
  VIDEO: FILMS,
};

/**
 * Judges a file by its bytes, never by its name or by what its sender says it is. `detected` is the type its magic bytes
 * tell, without parameters; undefined: none that is known, which for a document means text or bytes of some kind.
 */
export function judgeFile(file: {
  readonly type: MessageType;
  readonly detected: string | undefined;
  readonly head: Uint8Array;
}): Judgement {
  const { type, detected, head } = file;
  if (head.length === 0) return { error: 'empty' };
  if (type !== 'DOCUMENT')
    return detected && ALLOWED[type]?.includes(detected) ? { mimetype: detected } : { error: 'type_not_allowed' };
  // Whatever a document is, it is only ever given away as an attachment: markup is plain text to us.
  if (!detected) return { mimetype: isText(head) ? 'text/plain' : 'application/octet-stream' };
  if (detected === 'application/xml') return { mimetype: 'text/plain' };
  const isAllowed = [PAPERS, IMAGES, SOUNDS, FILMS].some((types) => types.includes(detected)) || OFFICE.test(detected);
  return isAllowed ? { mimetype: detected } : { error: 'type_not_allowed' };
}

/** No control characters but the ones text is laid out with; the end may cut a character in half. */
function isText(head: Uint8Array): boolean {
  return head.every((byte) => byte >= 0x20 || (byte >= 0x09 && byte <= 0x0d) || byte === 0x1b);
}
