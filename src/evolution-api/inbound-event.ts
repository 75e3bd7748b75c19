import { type JsonObject, toStorableText } from '../common/storable-text.js';
import { describeContent, type IgnoredContent, type MessageType } from './describe-content.js';
import { isPhone } from './is-phone.js';
import { type MessageIdentity, normaliseJid, readIdentity } from './read-identity.js';
import { readInteger, readObject, readSentAt, readText } from './read-scalar.js';

export type DeliveryStatus = 'ERROR' | 'PENDING' | 'SENT' | 'DELIVERED' | 'READ' | 'PLAYED';
export type ConnectionState = 'connecting' | 'open' | 'close' | 'refused';
export type IgnoredReason = 'unused_event' | 'own_number' | 'deleted' | 'unknown_status' | IgnoredContent;

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
  if (!reader) return [{ kind: 'ignored', event, reason: event === 'MESSAGES_EDITED' ? 'edit' : 'unused_event' }];
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
  const content = describeContent(frame);
  if ('ignored' in content) return { kind: 'ignored', event, reason: content.ignored };
  const sentAtMs = readSentAt(frame['messageTimestamp'], nowMs);
  const { type, text } = content;
  if (kind === 'echo') return { kind, event, instance, ...identity, fromMe: true, type, text, sentAtMs };
  // On our own messages the gateway fills in "Você" or our own profile name: that is not the contact's.
  const pushName = identity.fromMe ? null : (readText(frame['pushName'], 256)?.trim() ?? null) || null;
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
  };
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
  const { event, instance } = envelope;
  const frame = readObject(data);
  const key = readObject(frame?.['key']);
  const providerId = readText(frame?.['keyId'], 256) ?? readText(key?.['id'], 256);
  if (!frame || !providerId) return unreadable(envelope, 'no keyId');
  const raw = frame['status'] ?? readObject(frame['update'])?.['status'];
  // An edit, or a revoke by the sender: both come under this event in some builds, and neither is a delivery state.
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
