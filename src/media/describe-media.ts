/** What is known of a message's file. */
export interface LineMedia {
  /** PENDING is what was waited for in vain: for a reader the same as FAILED. */
  readonly state: 'PENDING' | 'READY' | 'FAILED';
  /** A transcript. */
  readonly text: string | null;
  readonly mimetype: string | null;
  readonly fileName: string | null;
}

const KINDS: Readonly<Record<string, string>> = {
  IMAGE: 'image',
  AUDIO: 'voice message',
  VIDEO: 'video',
  DOCUMENT: 'document',
  STICKER: 'sticker',
};

/**
 * How the model reads a message with a file. What could not be opened is said so, with what to ask for, because a model
 * that is told nothing guesses.
 */
export function describeMedia(line: {
  readonly type: string;
  readonly text: string;
  readonly media: LineMedia;
}): string {
  const { type, media, text: caption } = line;
  const kind = KINDS[type] ?? 'file';
  const told = (note: string, words = caption) => (words ? `[${note}] ${words}` : `[${note}]`);
  if (type === 'AUDIO') {
    const heard = media.text?.trim() || caption;
    return media.state === 'READY' && heard
      ? told(kind, heard)
      : told(`${kind} that could not be heard: ask the customer to write it`);
  }
  if (media.state !== 'READY') {
    const wish = type === 'IMAGE' ? 'send it again, or to say what is in it' : 'send it again';
    return told(
      type === 'STICKER'
        ? `${kind}, which you cannot see`
        : `${kind} that could not be opened: ask the customer to ${wish}`,
    );
  }
  if (type === 'IMAGE' || type === 'STICKER') return told(kind);
  const name = media.fileName ? ` ${JSON.stringify(media.fileName)}` : '';
  return told(`${kind}${name}, which you cannot ${type === 'VIDEO' ? 'see' : 'read'}`);
}
