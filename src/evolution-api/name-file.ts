/** Extensions the gateway's table of types knows, by type; the first one of a type is used to make a name. */
const EXTENSIONS: Readonly<Record<string, readonly string[]>> = {
  'image/jpeg': ['jpg', 'jpeg'],
  'image/png': ['png'],
  'image/webp': ['webp'],
  'image/gif': ['gif'],
  'video/mp4': ['mp4'],
  'video/quicktime': ['mov'],
  'audio/mpeg': ['mp3'],
  'audio/ogg': ['ogg'],
  'application/pdf': ['pdf'],
  'application/msword': ['doc'],
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': ['docx'],
  'application/vnd.ms-excel': ['xls'],
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': ['xlsx'],
  'application/vnd.ms-powerpoint': ['ppt'],
  'application/vnd.openxmlformats-officedocument.presentationml.presentation': ['pptx'],
  'application/json': ['json'],
  'application/xml': ['xml'],
  'application/zip': ['zip'],
  'application/octet-stream': ['bin'],
  'text/plain': ['txt'],
  'text/csv': ['csv'],
  'text/html': ['html'],
};
const KNOWN = new Set(Object.values(EXTENSIONS).flat());
const DEFAULT_NAMES = { IMAGE: 'image.jpg', AUDIO: 'audio.ogg', VIDEO: 'video.mp4', DOCUMENT: 'document.bin' } as const;

/**
 * A file name with an extension the gateway knows: from the given name, else from the type, else from the address. It makes
 * the file's type from the name, and of an unknown extension it makes the text "false" (Evolution API 2.3, sendMedia).
 */
export function nameFile(file: {
  readonly kind: keyof typeof DEFAULT_NAMES;
  readonly name?: string | undefined;
  readonly mimetype?: string | undefined;
  readonly url: string;
}): string {
  const fromUrl = lastSegment(file.url);
  const name = cleanName(file.name ?? '') || cleanName(fromUrl) || DEFAULT_NAMES[file.kind];
  if (isKnown(name)) return name;
  const byType = EXTENSIONS[file.mimetype?.split(';')[0]?.trim().toLowerCase() ?? '']?.[0];
  const extension = byType ?? (isKnown(fromUrl) ? extensionOf(fromUrl) : extensionOf(DEFAULT_NAMES[file.kind]));
  return `${name}.${extension}`;
}

const extensionOf = (name: string): string => /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
const isKnown = (name: string): boolean => KNOWN.has(extensionOf(name));

/** Without folders and control characters, which no phone shows as a name. */
const cleanName = (name: string): string => {
  const shown = name.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, '').replace(/^.*[/\\]/, '');
  return [...shown.trim()].slice(-120).join('');
};

function lastSegment(url: string): string {
  const path = URL.canParse(url) ? new URL(url).pathname : '';
  try {
    return decodeURIComponent(path.split('/').at(-1) ?? '');
  } catch {
    return '';
  }
}
