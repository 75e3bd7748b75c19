import type { PartMedia } from '../chats/outbox.queries.js';
import { whyNotPublic } from '../common/public-url.js';

/** A piece of a reply: words, or one file with the words that stand below it. */
export interface ReplyPiece {
  readonly text: string;
  readonly media: Pick<PartMedia, 'kind' | 'url'> | null;
}

type FileKind = PartMedia['kind'];

/** What WhatsApp shows as what it is; a page that a browser would run is never sent as a file. */
const KINDS: ReadonlyMap<string, FileKind> = new Map([
  ...['jpg', 'jpeg', 'png', 'webp'].map((extension) => [extension, 'IMAGE'] as const),
  ...['mp3', 'ogg'].map((extension) => [extension, 'AUDIO'] as const),
  ['mp4', 'VIDEO'] as const,
  ...['pdf', 'doc', 'docx', 'xls', 'xlsx', 'ppt', 'pptx', 'csv', 'txt'].map((name) => [name, 'DOCUMENT'] as const),
]);

/** More files than this in one reply is a flood; the others stay links. */
const MOST_FILES = 4;

const BARE = String.raw`https?:\/\/[^\s<>"'\`()[\]{}|\\^]+`;
const LINK = new RegExp(String.raw`(!?)\[([^\]\n]*)\]\((${BARE})(?:[ \t]+"[^"\n]*")?\)|(${BARE})`, 'gi');

/**
 * Splits a reply into words and files. A link becomes a file only if its path ends like a file that WhatsApp shows, if the
 * channel can carry it (`kinds`), and if it is one of `given` (see givenLinks): what a customer wrote or a model made up
 * stays text. Files follow the paragraph that names them. A reply with a code block is left as it is.
 */
export function extractMedia(
  reply: string,
  given: ReadonlySet<string>,
  kinds: readonly FileKind[] = ['IMAGE', 'AUDIO', 'VIDEO', 'DOCUMENT'],
): ReplyPiece[] {
  if (given.size === 0 || reply.includes('```')) return [{ text: reply, media: null }];
  const pieces: ReplyPiece[] = [];
  const sent = new Set<string>();
  for (const paragraph of reply.replace(/\r\n?/g, '\n').split(/\n[^\S\n]*\n/)) {
    const files: ReplyPiece[] = [];
    const text = paragraph.replace(LINK, (whole, mark = '', label = '', target = '', bare = '') => {
      const { url, rest } = bare ? trimSentence(bare) : { url: target, rest: '' };
      const kind = kindOf(url);
      if (!kind || !kinds.includes(kind) || !given.has(keyOf(url)!)) return whole;
      const isShown = Boolean(mark);
      const words = isShown ? rest : label + rest;
      if (sent.has(keyOf(url)!)) return words;
      if (sent.size === MOST_FILES) return whole;
      sent.add(keyOf(url)!);
      // A voice note has no caption.
      files.push({ text: isShown && kind !== 'AUDIO' ? label.trim() : '', media: { kind, url } });
      return isShown && kind === 'AUDIO' ? label + words : words;
    });
    if (text === paragraph) append(pieces, paragraph);
    else {
      append(pieces, tidy(text));
      pieces.push(...files);
    }
  }
  return pieces;
}

/** Neighbouring paragraphs stay one text: how it is cut into bubbles is not decided here. */
function append(pieces: ReplyPiece[], text: string): void {
  if (!text.trim()) return;
  const last = pieces.at(-1);
  if (last && !last.media) pieces[pieces.length - 1] = { text: `${last.text}\n\n${text}`, media: null };
  else pieces.push({ text, media: null });
}

/** Without what a link leaves behind when it is taken out: doubled spaces, a lone bullet, nothing but punctuation. */
function tidy(text: string): string {
  const lines = text
    .split('\n')
    .map((line) =>
      line
        .replace(/[^\S\n]{2,}/g, ' ')
        .replace(/[^\S\n]+([.,;!?])/g, '$1')
        .replace(/:[.,;]/g, ':')
        .trim(),
    )
    .filter((line) => /[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(line));
  return lines.join('\n');
}

/** A full stop behind an address ends the sentence, not the address. */
function trimSentence(found: string): { url: string; rest: string } {
  const rest = /[.,;:!?*_~]+$/.exec(found)?.[0] ?? '';
  return { url: found.slice(0, found.length - rest.length), rest };
}

function kindOf(url: string): FileKind | undefined {
  // The gateway fetches it, from inside the installation's network.
  if (!/^https:/i.test(url) || whyNotPublic(url)) return undefined;
  return KINDS.get(/\.([a-z0-9]+)$/i.exec(new URL(url).pathname)?.[1]?.toLowerCase() ?? '');
}

/** One address in one spelling; undefined for what is none. */
const keyOf = (url: string): string | undefined => (URL.canParse(url) ? new URL(url).href : undefined);

/** Every address that stands in the text of `value`, however deep. */
function* linksIn(value: unknown): Generator<string> {
  if (typeof value === 'string') {
    for (const [found] of value.matchAll(new RegExp(BARE, 'gi'))) {
      const key = keyOf(trimSentence(found).url);
      if (key) yield key;
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) yield* linksIn(inner);
  }
}

/**
 * The addresses an agent may send as files: those its business wrote down (`config`), and those its tools answered in this
 * turn (`learnt`) unless they only gave back what the customer wrote or the model asked with (`untrusted`). An injected
 * instruction can therefore make the agent name an address, but not hand over its content.
 */
export function givenLinks(sources: {
  readonly config: unknown;
  readonly learnt: unknown;
  readonly untrusted: unknown;
}): ReadonlySet<string> {
  const learnt = [...linksIn(sources.learnt)];
  // A long history is read only where a tool named a link at all.
  const echoed = learnt.length > 0 ? new Set(linksIn(sources.untrusted)) : new Set<string>();
  return new Set([...linksIn(sources.config), ...learnt.filter((link) => !echoed.has(link))]);
}
