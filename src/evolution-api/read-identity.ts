import { readObject, readText } from './read-scalar.js';

export type ChatScope = 'private' | 'group' | 'status' | 'broadcast' | 'newsletter';

/** One person of a group. */
export interface Participant {
  /** The phone JID when known, else the LID. */
  readonly jid: string;
  readonly phone: string | null;
}

/** Who a message was exchanged with. */
export interface MessageIdentity {
  readonly providerId: string;
  readonly fromMe: boolean;
  readonly scope: ChatScope;
  /** Normalised JIDs of the chat partner: phone JID first, then LID; in a group, the group's JID. Never our own. */
  readonly aliases: readonly string[];
  /** Where a reply goes: the phone JID when known, else the full LID; in a group, the group's JID. */
  readonly address: string;
  /** Digits of the phone JID. */
  readonly phone: string | null;
  /** Who of a group wrote it; null outside of groups, and of our own. */
  readonly participant: Participant | null;
}

const PHONE_JID = /^(\d{5,20})@s\.whatsapp\.net$/;
const MAX_JID = 128;

/**
 * A JID without its device ("…:12@…"), in lower case, with today's domain for phones; bare digits count as a phone.
 * Null when the value is no usable address.
 */
export function normaliseJid(value: unknown): string | null {
  const text = readText(value)?.trim().toLowerCase();
  if (!text || text.length > MAX_JID || /\s/.test(text)) return null;
  if (/^\d{5,20}$/.test(text)) return `${text}@s.whatsapp.net`;
  return text.replace(/:\d+(?=@)/, '').replace(/@c\.us$/, '@s.whatsapp.net');
}

/** The digits of a phone JID, or null for any other address: the digits of a LID are no phone number. */
export function readPhone(jid: string): string | null {
  return PHONE_JID.exec(jid)?.[1] ?? null;
}

function readScope(jid: string): ChatScope {
  if (jid.endsWith('@g.us')) return 'group';
  if (jid === 'status@broadcast') return 'status';
  if (jid.endsWith('@broadcast')) return 'broadcast';
  return jid.endsWith('@newsletter') ? 'newsletter' : 'private';
}

/**
 * Reads a message key of any supported gateway version. `ownJid` is the connected number: it is never an alias of a
 * contact, or every customer would become one person. A string names what is missing; 'own_number' means that the chat
 * partner is the number itself.
 */
export function readIdentity(
  rawKey: unknown,
  ownJid: string | null,
): MessageIdentity | 'own_number' | { problem: string } {
  const key = readObject(rawKey);
  if (!key) return { problem: 'no key' };
  const providerId = readText(key['id'], 256);
  if (!providerId) return { problem: 'no key.id' };
  const chat = normaliseJid(key['remoteJid']);
  if (!chat) return { problem: 'no key.remoteJid' };
  const fromMe = key['fromMe'] === true;
  const scope = readScope(chat);
  if (scope !== 'private') {
    const participant = scope === 'group' && !fromMe ? readParticipant(key) : null;
    return { providerId, fromMe, scope, aliases: [chat], address: chat, phone: null, participant };
  }

  const found = [chat, ...readOtherForms(key, chat, fromMe, ownJid)].filter((jid) => jid !== ownJid);
  if (found.length === 0) return 'own_number';
  const aliases = [...new Set(found)].sort((a, b) => rank(a) - rank(b));
  const address = aliases[0]!;
  return { providerId, fromMe, scope, aliases, address, phone: readPhone(address), participant: null };
}

/**
 * The partner's other JIDs. Of our own messages the sender fields name ourselves, and so may the alternative JID: there
 * only a phone JID beside a LID is trusted, and only when we know our own number to tell it apart.
 */
function readOtherForms(key: Record<string, unknown>, chat: string, fromMe: boolean, ownJid: string | null): string[] {
  const trusted = fromMe ? ['previousRemoteJid'] : ['remoteJidAlt', 'previousRemoteJid', 'senderPn', 'senderLid'];
  const forms = trusted.map((name) => normaliseJid(key[name]));
  if (fromMe && ownJid && chat.endsWith('@lid')) {
    const alternative = normaliseJid(key['remoteJidAlt']);
    if (alternative && readPhone(alternative)) forms.push(alternative);
  }
  return forms.filter((jid): jid is string => jid !== null && readScope(jid) === 'private');
}

function readParticipant(key: Record<string, unknown>): Participant | null {
  const forms = ['participant', 'participantAlt', 'participantPn', 'participantLid'].map((name) =>
    normaliseJid(key[name]),
  );
  const [jid] = forms.filter((form) => form !== null).sort((a, b) => rank(a) - rank(b));
  return jid === undefined ? null : { jid, phone: readPhone(jid) };
}

const rank = (jid: string) => (readPhone(jid) ? 0 : jid.endsWith('@lid') ? 1 : 2);
