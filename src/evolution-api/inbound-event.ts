import { type JsonObject, toStorableText } from '../common/storable-text.js';
import { describeContent, type IgnoredContent, isAddressedTo, type MessageType } from './describe-content.js';
import { isPhone } from './is-phone.js';
import { type MessageIdentity, normaliseJid, readIdentity } from './read-identity.js';
import { readInteger, readObject, readSentAt, readText } from './read-scalar.js';
import { unwrapMessage } from './unwrap-message.js';

export type DeliveryStatus = 'ERROR' | 'PENDING' | 'SENT' | 'DELIVERED' | 'READ' | 'PLAYED';
export type ConnectionState = 'connecting' | 'open' | 'close' | 'refused';
export type IgnoredReason =
  | 'unused_event'
  | 'own_number'
  | 'group_call'
  | 'deleted'
  | 'unknown_status'
  | IgnoredContent;

/** Somebody wrote: the customer, or (fromMe) a person of ours on the phone or in WhatsApp Web. */
export interface MessageEvent extends MessageIdentity {
  readonly kind: 'message';
  readonly event: string;
  readonly instance: string;
  readonly pushName: string | null;
  readonly type: MessageType;
  /** Readable and storable; '' for media without a caption. */
  readonly text: string;
  /** What the gateway said about non-text content or a quote; never media bytes or keys. */
  readonly content: JsonObject | null;
  readonly sentAtMs: number;
  /** Of `fromMe`: what the gateway guesses from the id's form. Its own sends look like WhatsApp Web's, never like these. */
  readonly isTypedByHand: boolean;
  /** Of a group: our number is mentioned, or a message of it quoted, as far as the gateway names it by its phone. */
  readonly isAddressed: boolean;
}

/** `send.message`: the gateway tells what was sent through its API, by us or by anyone else who has a key. */
export interface EchoEvent extends MessageIdentity {
  readonly kind: 'echo';
  readonly event: string;
  readonly instance: string;
  readonly type: MessageType;
  readonly text: string;
  readonly sentAtMs: number;
}

/** A message was edited, or deleted for everyone. By its id alone: the sides of the inner key are the sender's. */
export interface ChangeEvent {
  readonly kind: 'change';
  readonly event: string;
  readonly instance: string;
  readonly providerId: string;
  readonly change: 'EDIT' | 'DELETE';
  /** Null of a deletion. */
  readonly text: string | null;
  readonly changedAtMs: number;
}

/** A reaction to a message; `providerId` is the reaction's own. */
export interface ReactionEvent extends MessageIdentity {
  readonly kind: 'reaction';
  readonly event: string;
  readonly instance: string;
  /** The message it is about. */
  readonly targetId: string;
  /** Empty: the reaction is taken back. */
  readonly emoji: string;
  /** A JID, or `me`. */
  readonly author: string;
  readonly pushName: string | null;
  readonly reactedAtMs: number;
}

/** A call of the customer's. The gateway reports its stages under one id. */
export interface CallEvent extends MessageIdentity {
  readonly kind: 'call';
  readonly event: string;
  readonly instance: string;
  readonly isVideo: boolean;
  readonly calledAtMs: number;
}

export interface StatusEvent {
  readonly kind: 'status';
  readonly event: string;
  readonly instance: string;
  readonly providerId: string;
  readonly fromMe: boolean;
  readonly status: DeliveryStatus;
}

export interface ConnectionEvent {
  readonly kind: 'connection';
  readonly event: string;
  readonly instance: string;
  readonly state: ConnectionState;
  /** WhatsApp's status code: 200, 401 logged out, 403 banned, 428… */
  readonly reason: number | null;
  readonly ownJid: string | null;
  readonly profileName: string | null;
}

export interface QrEvent {
  readonly kind: 'qr';
  readonly event: string;
  readonly instance: string;
  /** Null: the gateway has issued its limit of codes and waits for a new connect call. */
  readonly code: string | null;
  readonly pairingCode: string | null;
}

export type InboundEvent =
  | MessageEvent
  | EchoEvent
  | ChangeEvent
  | ReactionEvent
  | CallEvent
  | StatusEvent
  | ConnectionEvent
  | QrEvent
  | { readonly kind: 'ignored'; readonly event: string; readonly reason: IgnoredReason }
  /** A known event in a shape we could not read: to be kept, and shown. */
  | { readonly kind: 'unreadable'; readonly event: string; readonly problem: string };

/** What every frame of one webhook body shares. */
interface Envelope {
  readonly event: string;
  readonly instance: string;
  readonly ownJid: string | null;
  readonly nowMs: number;
}

const READERS: Record<string, (data: unknown, envelope: Envelope) => InboundEvent> = {
  MESSAGES_UPSERT: (data, envelope) => readMessage(data, envelope, 'message'),
  SEND_MESSAGE: (data, envelope) => readMessage(data, envelope, 'echo'),
  MESSAGES_UPDATE: readStatus,
  MESSAGES_EDITED: readChange,
  SEND_MESSAGE_UPDATE: readChange,
  MESSAGES_DELETE: readDeletion,
  CALL: readCall,
  CONNECTION_UPDATE: readConnection,
  QRCODE_UPDATED: readQr,
};

/**
 * Reads one webhook body of Evolution API 2.2 to 2.4 (an object, or a batch in `data`). Never throws: what cannot be
 * read comes back as `unreadable`, what is not used as `ignored`. Event names are normalised to upper snake case.
 */
export function parseInboundEvents(body: unknown, nowMs: number): InboundEvent[] {
  const frame = readObject(body);
  const event = normaliseEventName(frame?.['event']);
  if (!frame || !event) return [{ kind: 'unreadable', event: event ?? '', problem: 'no event name' }];
  const reader = Object.hasOwn(READERS, event) ? READERS[event] : undefined;
  if (!reader) return [{ kind: 'ignored', event, reason: 'unused_event' }];
  const envelope: Envelope = {
    event,
    instance: readText(frame['instance'], 256) ?? '',
    ownJid: normaliseJid(frame['sender']),
    nowMs,
  };
  const data = frame['data'];
  if (!Array.isArray(data)) return [readSafely(reader, data, envelope)];
  if (data.length === 0) return [{ kind: 'ignored', event, reason: 'empty' }];
  return data.map((item) => readSafely(reader, item, envelope));
}

/** 'messages.upsert', 'messages-upsert' and 'MESSAGES_UPSERT' are one event. */
function normaliseEventName(value: unknown): string | null {
  return (
    readText(value, 64)
      ?.trim()
      .toUpperCase()
      .replace(/[.\-\s]/g, '_') || null
  );
}

function readSafely(
  reader: (data: unknown, envelope: Envelope) => InboundEvent,
  data: unknown,
  envelope: Envelope,
): InboundEvent {
  try {
    return reader(data, envelope);
  } catch (error) {
    // A reader should not throw; if one does, the customer's message must still be kept (as unreadable), not lost.
    return unreadable(envelope, error instanceof Error ? error.message : 'unknown');
  }
}

const unreadable = ({ event }: Envelope, problem: string): InboundEvent => ({
  kind: 'unreadable',
  event,
  problem: toStorableText(problem, 500),
});

function readMessage(data: unknown, envelope: Envelope, kind: 'message' | 'echo'): InboundEvent {
  const { event, instance, ownJid, nowMs } = envelope;
  const frame = readObject(data);
  if (!frame) return unreadable(envelope, 'data is no object');
  const identity = readIdentity(frame['key'], ownJid);
  if (identity === 'own_number') return { kind: 'ignored', event, reason: identity };
  if ('problem' in identity) return unreadable(envelope, identity.problem);
  const raw = frame['message'];
  if (raw !== undefined && raw !== null && !readObject(raw)) return unreadable(envelope, 'message is no object');
  const message = unwrapMessage(raw);
  const protocol = readObject(message?.['protocolMessage']);
  if (protocol) return readChange(protocol, envelope);
  const reaction = readObject(message?.['reactionMessage']);
  if (reaction) return readReaction(reaction, frame, identity, envelope);
  const content = describeContent(frame);
  if ('ignored' in content) return { kind: 'ignored', event, reason: content.ignored };
  const sentAtMs = readSentAt(frame['messageTimestamp'], nowMs);
  const { type, text } = content;
  if (kind === 'echo') return { kind, event, instance, ...identity, fromMe: true, type, text, sentAtMs };
  const pushName = readPushName(frame, identity);
  const isTypedByHand = identity.fromMe && isPhone(frame['source']);
  return {
    kind,
    event,
    instance,
    ...identity,
    pushName,
    type,
    text,
    content: content.content,
    sentAtMs,
    isTypedByHand,
    isAddressed: identity.scope === 'group' && isAddressedTo(frame, ownJid),
  };
}

/** On our own messages the gateway fills in "Você" or our own profile name: that is not the contact's. */
function readPushName(frame: Record<string, unknown>, { fromMe }: MessageIdentity): string | null {
  return fromMe ? null : (readText(frame['pushName'], 256)?.trim() ?? null) || null;
}

function readReaction(
  reaction: Record<string, unknown>,
  frame: Record<string, unknown>,
  identity: MessageIdentity,
  { event, instance, nowMs }: Envelope,
): InboundEvent {
  const targetId = readText(readObject(reaction['key'])?.['id'], 256);
  if (!targetId) return { kind: 'ignored', event, reason: 'reaction' };
  const author = identity.fromMe ? 'me' : (identity.participant?.jid ?? identity.address);
  const emoji = readText(reaction['text'], 64)?.trim() ?? '';
  const reactedAtMs = readSentAt(reaction['senderTimestampMs'] ?? frame['messageTimestamp'], nowMs);
  const pushName = readPushName(frame, identity);
  return { kind: 'reaction', event, instance, ...identity, targetId, emoji, author, pushName, reactedAtMs };
}

const EDIT: readonly unknown[] = [14, 'MESSAGE_EDIT'];
const REVOKE: readonly unknown[] = [0, 'REVOKE', null, undefined];

/** A protocol message: an edit, a deletion for everyone, or one of the system's own. */
function readChange(data: unknown, envelope: Envelope): InboundEvent {
  const { event, instance, nowMs } = envelope;
  const protocol = readObject(data);
  if (!protocol) return unreadable(envelope, 'data is no object');
  const key = readObject(protocol['key']);
  const { type } = protocol;
  const edited = readObject(protocol['editedMessage']);
  const isEdit = EDIT.includes(type) || (REVOKE.includes(type) && edited !== null);
  if (!key || !(isEdit || REVOKE.includes(type))) return { kind: 'ignored', event, reason: 'protocol' };
  const providerId = readText(key['id'], 256);
  if (!providerId) return unreadable(envelope, 'no key.id');
  const changedAtMs = readSentAt(protocol['timestampMs'], nowMs);
  if (!isEdit) return { kind: 'change', event, instance, providerId, change: 'DELETE', text: null, changedAtMs };
  return readEdit(edited, providerId, changedAtMs, envelope);
}

/** An edit that leaves no words says nothing we could show. */
function readEdit(message: unknown, providerId: string, changedAtMs: number, envelope: Envelope): InboundEvent {
  const { event, instance } = envelope;
  const content = describeContent({ message });
  if ('ignored' in content || content.text === '') return { kind: 'ignored', event, reason: 'edit' };
  return { kind: 'change', event, instance, providerId, change: 'EDIT', text: content.text, changedAtMs };
}

/** The deleted message's key, or (deleted through the API) its stored row, whose own `id` is the gateway's. */
function readDeletion(data: unknown, envelope: Envelope): InboundEvent {
  const { event, instance, nowMs } = envelope;
  const frame = readObject(data);
  const providerId = readText(readObject(frame?.['key'])?.['id'], 256) ?? readText(frame?.['id'], 256);
  if (!providerId) return unreadable(envelope, 'no key.id');
  return { kind: 'change', event, instance, providerId, change: 'DELETE', text: null, changedAtMs: nowMs };
}

function readCall(data: unknown, envelope: Envelope): InboundEvent {
  const { event, instance, ownJid, nowMs } = envelope;
  const call = readObject(data);
  if (!call) return unreadable(envelope, 'data is no object');
  const remoteJid = call['from'] ?? call['chatId'];
  const identity = readIdentity(
    { id: call['id'], remoteJid, remoteJidAlt: call['callerPn'] ?? call['chatId'] },
    ownJid,
  );
  if (identity === 'own_number') return { kind: 'ignored', event, reason: identity };
  if ('problem' in identity) return unreadable(envelope, identity.problem);
  if (call['isGroup'] === true || identity.scope !== 'private') return { kind: 'ignored', event, reason: 'group_call' };
  const date = readText(call['date'], 64);
  const calledAtMs = readSentAt(date === null ? null : Date.parse(date), nowMs);
  return { kind: 'call', event, instance, ...identity, isVideo: call['isVideo'] === true, calledAtMs };
}

const STATUSES: Record<string, DeliveryStatus> = {
  ERROR: 'ERROR',
  FAILED: 'ERROR',
  PENDING: 'PENDING',
  SERVER_ACK: 'SENT',
  SENT: 'SENT',
  DELIVERY_ACK: 'DELIVERED',
  DELIVERED: 'DELIVERED',
  READ: 'READ',
  PLAYED: 'PLAYED',
};
/** The same ladder as WhatsApp Web's protocol numbers it. */
const NUMBERED_STATUSES: DeliveryStatus[] = ['ERROR', 'PENDING', 'SENT', 'DELIVERED', 'READ', 'PLAYED'];

function readStatus(data: unknown, envelope: Envelope): InboundEvent {
  const { event, instance, nowMs } = envelope;
  const frame = readObject(data);
  const key = readObject(frame?.['key']);
  const providerId = readText(frame?.['keyId'], 256) ?? readText(key?.['id'], 256);
  if (!frame || !providerId) return unreadable(envelope, 'no keyId');
  const raw = frame['status'] ?? readObject(frame['update'])?.['status'];
  // An edit comes under this event in some builds, beside a status that is none; a revoke in others, and there edits too
  // are called DELETED, so that it proves nothing.
  const message = readObject(frame['message']) ?? readObject(readObject(frame['update'])?.['message']);
  if (message) {
    const protocol = readObject(unwrapMessage(message)?.['protocolMessage']);
    if (protocol) return readChange(protocol, envelope);
    const edit = readEdit(message, providerId, nowMs, envelope);
    if (edit.kind === 'change') return edit;
  }
  if (raw === undefined || raw === null) return { kind: 'ignored', event, reason: 'edit' };
  if (raw === 'DELETED') return { kind: 'ignored', event, reason: 'deleted' };
  const name = typeof raw === 'string' ? raw.toUpperCase() : '';
  const status =
    typeof raw === 'number' ? NUMBERED_STATUSES[raw] : Object.hasOwn(STATUSES, name) ? STATUSES[name] : undefined;
  if (!status) return { kind: 'ignored', event, reason: 'unknown_status' };
  const fromMe = (frame['fromMe'] ?? key?.['fromMe']) === true;
  return { kind: 'status', event, instance, providerId, fromMe, status };
}

const STATES: readonly unknown[] = ['connecting', 'open', 'close', 'refused'] satisfies ConnectionState[];

function readConnection(data: unknown, envelope: Envelope): InboundEvent {
  const { event, instance } = envelope;
  const frame = readObject(data);
  if (!frame || !STATES.includes(frame['state'])) return unreadable(envelope, 'no known state');
  return {
    kind: 'connection',
    event,
    instance,
    state: frame['state'] as ConnectionState,
    reason: readInteger(frame['statusReason']),
    ownJid: normaliseJid(frame['wuid']),
    profileName: readText(frame['profileName'], 256),
  };
}

function readQr(data: unknown, envelope: Envelope): InboundEvent {
  const { event, instance } = envelope;
  const frame = readObject(data);
  const qr = readObject(frame?.['qrcode']);
  const code = readText(qr?.['code'], 4096);
  const pairingCode = readText(qr?.['pairingCode'], 32);
  if (code) return { kind: 'qr', event, instance, code, pairingCode };
  if (readInteger(frame?.['statusCode']) !== null)
    return { kind: 'qr', event, instance, code: null, pairingCode: null };
  return unreadable(envelope, 'no qrcode.code');
}
