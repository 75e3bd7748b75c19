import { describeMedia, type LineMedia } from '../media/describe-media.js';

/** What was said, as it is stored. */
export interface Line {
  readonly type: string;
  readonly text: string;
  readonly content?: unknown;
  /** Its file, once that was asked for. */
  readonly media?: LineMedia | null;
}

/** What the model does not see itself, but must know was sent. */
const KINDS: Readonly<Record<string, string>> = {
  IMAGE: 'an image',
  AUDIO: 'a voice message',
  VIDEO: 'a video',
  DOCUMENT: 'a document',
  STICKER: 'a sticker',
  LOCATION: 'a location',
  CONTACT: 'a contact card',
  OTHER: 'something that is not text',
};

/** Kinds of message that have no type of their own, by the name the gateway gives them. */
const OTHERS: Readonly<Record<string, string>> = {
  pollCreationMessage: 'a poll',
  pollCreationMessageV2: 'a poll',
  pollCreationMessageV3: 'a poll',
  pollCreationMessageV5: 'a poll',
  pollUpdateMessage: 'a vote in your poll',
  orderMessage: 'an order',
  productMessage: 'a product',
  eventMessage: 'an invitation to an event',
  groupInviteMessage: 'an invitation to a group',
  reaction: 'a reaction to that message',
};

const MAX_QUOTE = 500;

/**
 * One line of the conversation as the model reads it: who of a group says it, what it answers to, then the words, with what
 * kind of thing they came with. Names and quotes are written as JSON strings, so that no quotation mark of theirs ends them.
 */
export function describeLine(line: Line): string {
  const content = fieldsOf(line.content);
  const author = describeAuthor(fieldsOf(content['participant']));
  const quoted = textOf(fieldsOf(content['quoted'])['text']).slice(0, MAX_QUOTE);
  const reply = quoted ? `(in reply to: ${JSON.stringify(quoted)}) ` : '';
  return `${author}${reply}${line.type === 'TEXT' ? line.text : describeThing(line, content)}`;
}

function describeThing({ type, text, media }: Line, content: Record<string, unknown>): string {
  if (media) return describeMedia({ type, text, media });
  if (content['kind'] === 'call') return `[${content['video'] === true ? 'a video call' : 'a call'}]`;
  const what = kindOf(type, content);
  return text ? `[${what}] ${text}` : `[${what}, which you cannot see]`;
}

function kindOf(type: string, content: Record<string, unknown>): string {
  const kind = textOf(content['kind']);
  if (type === 'OTHER' && Object.hasOwn(OTHERS, kind)) return OTHERS[kind]!;
  if (type === 'LOCATION' && content['live']) return 'a live location';
  const fileName = textOf(content['fileName']);
  if (type === 'DOCUMENT' && fileName) return `a document named ${JSON.stringify(fileName)}`;
  return Object.hasOwn(KINDS, type) ? KINDS[type]! : KINDS['OTHER']!;
}

function describeAuthor({ name, phone }: Record<string, unknown>): string {
  const known = textOf(name) || (textOf(phone) && `+${textOf(phone)}`);
  return known ? `${JSON.stringify(known)}: ` : '';
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : '');

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
