import { type JsonObject, toStorableJson, toStorableText } from '../common/storable-text.js';
import { normaliseJid } from './read-identity.js';
import { readFirstText, readInteger, readNumber, readObject, readText } from './read-scalar.js';
import { unwrapMessage } from './unwrap-message.js';

export type MessageType =
  | 'TEXT'
  | 'IMAGE'
  | 'AUDIO'
  | 'VIDEO'
  | 'DOCUMENT'
  | 'STICKER'
  | 'LOCATION'
  | 'CONTACT'
  | 'OTHER';
export type IgnoredContent = 'reaction' | 'edit' | 'protocol' | 'empty';

export interface Content {
  readonly type: MessageType;
  readonly text: string;
  readonly content: JsonObject | null;
}

type Fields = Record<string, unknown>;
type Description = { type: MessageType; text: string; details?: Fields };

const MAX_QUOTE = 1000;
const MAX_LIST = 50;

/** Keys beside the content that say nothing a person sees. */
const METADATA = new Set(['messageContextInfo', 'senderKeyDistributionMessage', 'base64', 'mediaUrl', 'speechToText']);
/** Contents that are no turn of a conversation. */
const IGNORED: Record<string, IgnoredContent> = {
  reactionMessage: 'reaction',
  encReactionMessage: 'reaction',
  protocolMessage: 'protocol',
  pinInChatMessage: 'protocol',
  keepInChatMessage: 'protocol',
  requestPhoneNumberMessage: 'protocol',
  placeholderMessage: 'protocol',
  callLogMesssage: 'protocol',
  secretEncryptedMessage: 'protocol',
  encCommentMessage: 'protocol',
  encEventResponseMessage: 'protocol',
  messageHistoryNotice: 'protocol',
  messageHistoryBundle: 'protocol',
  stickerSyncRmrMessage: 'protocol',
  albumMessage: 'empty',
};

const media =
  (type: MessageType) =>
  (field: Fields): Description => ({
    type,
    text: readText(field['caption']) ?? '',
    details: {
      mimetype: field['mimetype'] ?? field['mime_type'],
      fileName: field['fileName'] ?? field['filename'] ?? field['title'],
      seconds: readInteger(field['seconds']),
      ptt: field['ptt'] ?? field['voice'],
      gif: field['gifPlayback'],
      animated: field['isAnimated'],
      pages: readInteger(field['pageCount']),
      bytes: readInteger(field['fileLength']),
      width: readInteger(field['width']),
      height: readInteger(field['height']),
      mediaId: field['id'],
    },
  });

const choice =
  (textOf: (field: Fields) => string | null, idOf: (field: Fields) => unknown) =>
  (field: Fields): Description => {
    const id = readText(idOf(field), 1000);
    return { type: 'TEXT', text: textOf(field) ?? id ?? '', details: { choiceId: id } };
  };

const READERS: Record<string, (field: Fields) => Description> = {
  extendedTextMessage: (field) => ({ type: 'TEXT', text: readText(field['text']) ?? '' }),
  imageMessage: media('IMAGE'),
  audioMessage: media('AUDIO'),
  videoMessage: media('VIDEO'),
  ptvMessage: media('VIDEO'),
  documentMessage: media('DOCUMENT'),
  stickerMessage: media('STICKER'),
  locationMessage: describeLocation,
  liveLocationMessage: (field) => {
    const { details, ...location } = describeLocation(field);
    return { ...location, details: { ...details, live: { sequence: readInteger(field['sequenceNumber']) ?? 0 } } };
  },
  contactMessage: (field) => describeContacts([field]),
  contactsArrayMessage: (field) => describeContacts(readList(field['contacts'])),
  pollCreationMessage: describePoll,
  pollCreationMessageV2: describePoll,
  pollCreationMessageV3: describePoll,
  pollCreationMessageV5: describePoll,
  pollUpdateMessage: (field) => {
    const options = readObject(field['vote'])?.['selectedOptions'];
    const chosen = Array.isArray(options) ? options.slice(0, MAX_LIST).map((o) => readText(o, 256) ?? '') : [];
    const pollId = readText(readObject(field['pollCreationMessageKey'])?.['id'], 256);
    return { type: 'OTHER', text: chosen.filter(Boolean).join(', '), details: { vote: { pollId, options: chosen } } };
  },
  buttonsResponseMessage: choice(
    (f) => readFirstText(f['selectedDisplayText']),
    (f) => f['selectedButtonId'],
  ),
  templateButtonReplyMessage: choice(
    (f) => readFirstText(f['selectedDisplayText']),
    (f) => f['selectedId'],
  ),
  listResponseMessage: choice(
    (f) => readFirstText(f['title'], f['description']),
    (f) => readObject(f['singleSelectReply'])?.['selectedRowId'],
  ),
  interactiveResponseMessage: describeInteractiveReply,
};

/**
 * What a person sees of a frame's `message`: a type, readable text, and details for what text cannot say (with the quote
 * from the frame's or the content's own context). Kinds of message that say nothing come back as `ignored`.
 */
export function describeContent(frame: Fields): Content | { readonly ignored: IgnoredContent } {
  const message = unwrapMessage(frame['message']);
  if (!message) return { ignored: 'empty' };
  const described = describeMessage(message);
  if ('ignored' in described) return described;

  const transcript = readText(message['speechToText'])?.replace(/^\[audio\]\s*/i, '');
  const text = described.text || transcript || '';
  const own = described.kind ? readObject(message[described.kind]) : null;
  const context = contextOf(frame, message, own);
  const details: Fields = {
    ...(described.type === 'OTHER' ? { kind: described.kind } : {}),
    ...described.details,
    mediaUrl: readText(message['mediaUrl'], 2048),
    transcript: transcript || null,
    ...describeContext(context),
  };
  if (described.type === 'TEXT' && text.trim() === '') return { ignored: 'empty' };
  // A vote taken back, or one that the gateway could not decrypt.
  if (described.kind === 'pollUpdateMessage' && text === '') return { ignored: 'empty' };
  return { type: described.type, text: toStorableText(text), content: compact(details) };
}

/** Whether a message of a group is meant for the number `ownJid`: it is mentioned, or a message of its own is quoted. */
export function isAddressedTo(frame: Fields, ownJid: string | null): boolean {
  const message = unwrapMessage(frame['message']);
  if (!message || ownJid === null) return false;
  const own = Object.entries(message).find(([key, value]) => !METADATA.has(key) && readObject(value)?.['contextInfo']);
  const context = contextOf(frame, message, own ? readObject(own[1]) : null);
  const mentioned = readList(context?.['mentionedJid']);
  return [...mentioned, context?.['participant']].some((jid) => normaliseJid(jid) === ownJid);
}

function contextOf(frame: Fields, message: Fields, own: Fields | null): Fields | null {
  return readObject(frame['contextInfo']) ?? readObject(own?.['contextInfo']) ?? readObject(message['contextInfo']);
}

function describeMessage(message: Fields): (Description & { kind: string | null }) | { ignored: IgnoredContent } {
  // `conversation` first: one gateway build leaves a stray contextInfo beside it.
  const conversation = readText(message['conversation']);
  if (conversation) return { type: 'TEXT', text: conversation, kind: null };
  const kind = Object.keys(message).find(
    (key) => !METADATA.has(key) && key !== 'contextInfo' && readObject(message[key]) !== null,
  );
  if (kind === undefined) return { ignored: 'empty' };
  const field = readObject(message[kind]) ?? {};
  if (Object.hasOwn(IGNORED, kind)) return { ignored: isEdit(kind, field) ? 'edit' : IGNORED[kind]! };
  const reader = Object.hasOwn(READERS, kind) ? READERS[kind]! : describeOther;
  return { ...reader(field), kind };
}

const isEdit = (kind: string, field: Fields) =>
  kind === 'protocolMessage' && (field['type'] === 14 || field['type'] === 'MESSAGE_EDIT');

function describeLocation(field: Fields): Description {
  const latitude = readNumber(field['degreesLatitude']);
  const longitude = readNumber(field['degreesLongitude']);
  const name = readText(field['name'], 256);
  const address = readText(field['address'], 1000);
  const place = [name, address, readText(field['caption'], 1000)].filter(Boolean).join(', ');
  const point = latitude === null || longitude === null ? '' : `${latitude}, ${longitude}`;
  return {
    type: 'LOCATION',
    text: place && point ? `${place} (${point})` : place || point,
    details: { latitude, longitude, name, address },
  };
}

function describeContacts(cards: readonly unknown[]): Description {
  const contacts = cards.slice(0, MAX_LIST).map((card) => {
    const field = readObject(card);
    const vcard = readText(field?.['vcard'], 4000) ?? '';
    // The vCard's TEL is free text; waid is the number WhatsApp knows.
    return { name: readText(field?.['displayName'], 256), phone: /waid=(\d{5,20})/.exec(vcard)?.[1] ?? null };
  });
  const lines = contacts.map(({ name, phone }) =>
    name && phone ? `${name} (+${phone})` : (name ?? (phone ? `+${phone}` : '')),
  );
  return { type: 'CONTACT', text: lines.filter(Boolean).join('\n'), details: { contacts } };
}

function describePoll(field: Fields): Description {
  const options = readList(field['options']).map((option) => readText(readObject(option)?.['optionName'], 256) ?? '');
  const lines = options.filter(Boolean).map((option) => `- ${option}`);
  return { type: 'OTHER', text: [readText(field['name'], 1000) ?? '', ...lines].join('\n').trim() };
}

function describeInteractiveReply(field: Fields): Description {
  const params = parseObject(readObject(field['nativeFlowResponseMessage'])?.['paramsJson']);
  const id = readText(params?.['id'], 1000);
  const text = readFirstText(readObject(field['body'])?.['text'], params?.['title'], id);
  return { type: 'TEXT', text: text ?? '', details: { choiceId: id } };
}

/** Orders, invitations, events, templates and what WhatsApp will invent: the best sentence in it. */
function describeOther(field: Fields): Description {
  const body = readObject(field['body'])?.['text'];
  const hydrated = readObject(field['hydratedTemplate'])?.['hydratedContentText'];
  const text = readFirstText(
    field['text'],
    field['caption'],
    body,
    hydrated,
    field['contentText'],
    field['message'],
    field['title'],
    field['orderTitle'],
    field['groupName'],
    field['name'],
    field['description'],
    field['displayName'],
    readObject(field['product'])?.['title'],
  );
  return { type: 'OTHER', text: text ?? '' };
}

/** The quote, the forwarding mark and the ad a message came from, as far as the context names them. */
function describeContext(context: Fields | null): Fields {
  if (!context) return {};
  const quotedId = readText(context['stanzaId'], 256);
  const quotedMessage = unwrapMessage(context['quotedMessage']);
  const quoted = quotedMessage ? describeMessage(quotedMessage) : null;
  const quotedText = quoted && 'text' in quoted ? quoted.text : null;
  const ad = readObject(context['externalAdReply']);
  return {
    quoted: quotedId ? { id: quotedId, text: quotedText ? toStorableText(quotedText, MAX_QUOTE) : null } : null,
    forwarded: context['isForwarded'] === true ? true : null,
    ad: ad
      ? {
          title: readText(ad['title'], 1000),
          body: readText(ad['body'], 1000),
          sourceUrl: readText(ad['sourceUrl'], 2048),
          sourceId: readText(ad['sourceId'], 256),
        }
      : null,
  };
}

function readList(value: unknown): unknown[] {
  return Array.isArray(value) ? value.slice(0, MAX_LIST) : [];
}

function parseObject(json: unknown): Fields | null {
  if (typeof json !== 'string' || json.length > 10_000) return null;
  try {
    return readObject(JSON.parse(json));
  } catch {
    return null;
  }
}

/** The details that were given, storable and bounded; null when there are none. */
function compact(details: Fields): JsonObject | null {
  const given = Object.entries(details).filter(([, value]) => value !== null && value !== undefined && value !== '');
  if (given.length === 0) return null;
  return toStorableJson(Object.fromEntries(given), {
    maxDepth: 4,
    maxValues: 300,
    maxTextCodePoints: 2048,
  }) as JsonObject;
}
