import { randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import QRCode from 'qrcode';
import {
  type ConnectionState,
  type InstanceRecord,
  messageId,
  newInstance,
  rowId,
  type StateFile,
  type StoredMessage,
} from './gateway-state.js';
import { Phone, type PhoneRecord, type SayOptions, type SentMedia, type Tick } from './phone.js';
import { toJid } from './to-jid.js';
import type { WebhookSender } from './webhook-sender.js';

const STORED_MESSAGES = 1_000;
const QR_LIFETIME_MS = 45_000;
const QR_LIMIT = 30;
/** Closes after which the gateway does not reconnect by itself; others are silent. */
const FINAL_REASONS = new Set([401, 402, 403, 406]);

/** Who a phone is. `lid` given makes LID addressing the default. */
export interface PhoneIdentity {
  readonly number: string;
  readonly lid?: string;
  readonly name?: string;
  readonly addressing?: PhoneRecord['addressing'];
}

export interface QrRound {
  code: string;
  base64: string;
  pairingCode: string | null;
  count: number;
}

/** What leaves the gateway in one send. */
export interface Outgoing {
  readonly message: Record<string, unknown>;
  readonly messageType: string;
  readonly text: string;
  /** Where a file came from, and as what it goes on. */
  readonly media?: SentMedia;
  /** The id of the message it quotes. */
  readonly quotedId?: string;
}

export interface WorldOptions {
  readonly serverUrl: () => string;
  readonly ackDelayMs: number;
  readonly acks: readonly string[];
}

/** One connected (or not) WhatsApp account. */
export class LiveInstance {
  readonly phones = new Map<string, Phone>();
  qr: QrRound | null = null;
  qrTimer: NodeJS.Timeout | undefined;
  /** An edit whose webhook is not through yet stalls the instance's inbound events, as in the real pipeline. */
  gate: Promise<void> | null = null;
  /** What customers wrote while the account was offline. */
  backlog: (() => void)[] = [];
  constructor(readonly record: InstanceRecord) {}
}

/** Everything behind the HTTP surface: accounts, phones, stored messages, events. */
export class GatewayWorld {
  readonly instances = new Map<string, LiveInstance>();
  readonly changes = new EventEmitter().setMaxListeners(0);
  storeMessages = true;
  private readonly timers = new Set<NodeJS.Timeout>();

  constructor(
    private readonly sender: WebhookSender,
    private readonly options: WorldOptions,
    private readonly state: { current: StateFile | undefined },
  ) {}

  /** Brings saved instances back: open ones are open again, connecting ones show a fresh code. */
  restore(records: readonly InstanceRecord[]): void {
    for (const record of records) {
      const live = new LiveInstance(record);
      for (const phone of record.phones) this.adopt(live, phone);
      this.instances.set(record.name, live);
      if (record.state === 'open') void this.tellOpen(live);
      if (record.state === 'connecting') void this.startQrRound(live);
    }
  }

  /** The state file should be rewritten, and whoever waits should look again. */
  touch(): void {
    this.state.current?.touch();
    this.changes.emit('change');
  }

  /** @throws Error when there is no such instance */
  get(name: string): LiveInstance {
    const live = this.instances.get(name);
    if (!live) throw new Error(`The simulated gateway has no instance "${name}"`);
    return live;
  }

  create(name: string, token: string | undefined, number: string | null): LiveInstance {
    const record = newInstance(name, new Date(), token);
    record.number = number;
    const live = new LiveInstance(record);
    this.instances.set(name, live);
    this.touch();
    return live;
  }

  /** Takes the instance away; its phones and stored messages go with it. */
  remove(live: LiveInstance): void {
    this.stopQr(live);
    this.instances.delete(live.record.name);
    this.touch();
  }

  /** Dispatches one event to the instance's webhook, if subscribed; resolves when its first attempt has ended. */
  emit(live: LiveInstance, event: string, data: unknown, whenFinal?: () => void): Promise<void> {
    const { record } = live;
    const hook = record.webhook;
    const name = event.toUpperCase().replace(/[.-]/g, '_');
    if (!hook?.enabled || !hook.url || (hook.events.length > 0 && !hook.events.includes(name))) {
      whenFinal?.();
      return Promise.resolve();
    }
    const url = hook.webhookByEvents ? `${hook.url}/${event.replaceAll('.', '-')}` : hook.url;
    const body = JSON.stringify({
      event,
      instance: record.name,
      data,
      destination: hook.url,
      date_time: new Date().toISOString(),
      ...(record.ownerJid ? { sender: record.ownerJid } : {}),
      server_url: this.options.serverUrl(),
      apikey: record.token,
    });
    return this.sender.send({ instance: record.name, event, url, headers: hook.headers ?? {}, body }, whenFinal);
  }

  // ---- connection ----------------------------------------------------------------------------------------------------

  /** Opens the socket: state connecting, a first code, and a new one whenever the last has expired. */
  async startQrRound(live: LiveInstance): Promise<void> {
    this.stopQr(live);
    this.setState(live, 'connecting');
    void this.emit(live, 'connection.update', this.connection(live, 'connecting', 200));
    await this.nextQr(live, 1);
  }

  /** As if the owner scanned the code: connecting, then open. Resolves when the open event's first attempt has ended. */
  async scan(live: LiveInstance, owner: { number: string; name?: string }): Promise<void> {
    live.record.ownerJid = toJid(owner.number);
    live.record.profileName = owner.name ?? live.record.profileName ?? 'Shop';
    this.stopQr(live);
    this.setState(live, 'open');
    await this.emit(live, 'connection.update', this.connection(live, 'connecting', 200));
    await this.tellOpen(live);
  }

  /** The link comes back after a transient drop; what was written meanwhile arrives now, with its old timestamps. */
  async reconnect(live: LiveInstance): Promise<void> {
    this.setState(live, 'open');
    await this.tellOpen(live);
  }

  /** The link breaks. A final reason (401 logged out, 403 banned, 402, 406) is told; any other only shows as connecting. */
  async disconnect(live: LiveInstance, reason: number): Promise<void> {
    this.stopQr(live);
    if (!FINAL_REASONS.has(reason)) {
      this.setState(live, 'connecting');
      return this.emit(live, 'connection.update', this.connection(live, 'connecting', 200));
    }
    this.setState(live, 'close');
    live.record.disconnectionReasonCode = reason;
    const status = {
      instance: live.record.name,
      status: 'closed',
      disconnectionAt: new Date().toISOString(),
      disconnectionReasonCode: reason,
      disconnectionObject: JSON.stringify({ output: { statusCode: reason } }),
    };
    await Promise.all([
      this.emit(live, 'status.instance', status),
      this.emit(live, 'logout.instance', null),
      this.emit(live, 'connection.update', this.connection(live, 'close', reason)),
    ]);
  }

  private async tellOpen(live: LiveInstance): Promise<void> {
    const waiting = live.backlog.splice(0);
    await this.emit(live, 'connection.update', {
      instance: live.record.name,
      wuid: live.record.ownerJid,
      profileName: live.record.profileName,
      profilePictureUrl: null,
      state: 'open',
      statusReason: 200,
    });
    for (const tell of waiting) tell();
  }

  private connection(live: LiveInstance, state: ConnectionState, statusReason: number): Record<string, unknown> {
    return { instance: live.record.name, state, statusReason };
  }

  private setState(live: LiveInstance, state: ConnectionState): void {
    live.record.state = state;
    live.record.updatedAt = new Date().toISOString();
    this.touch();
  }

  private async nextQr(live: LiveInstance, count: number): Promise<void> {
    if (count > QR_LIMIT) {
      live.qr = null;
      this.setState(live, 'close');
      void this.emit(live, 'qrcode.updated', { message: 'QR code limit reached, please login again', statusCode: 500 });
      void this.emit(live, 'connection.update', this.connection(live, 'refused', 428));
      return;
    }
    const random = (bytes: number) => randomBytes(bytes).toString('base64');
    const code = `2@${random(66)},${random(32)},${random(32)},${random(32)}`;
    const pairingCode = live.record.number ? randomBytes(4).toString('hex').toUpperCase() : null;
    const base64 = await QRCode.toDataURL(code);
    if (live.record.state !== 'connecting' || this.instances.get(live.record.name) !== live) return;
    live.qr = { pairingCode, code, base64, count };
    this.touch();
    void this.emit(live, 'qrcode.updated', { qrcode: { instance: live.record.name, pairingCode, code, base64 } });
    live.qrTimer = setTimeout(() => void this.nextQr(live, count + 1), QR_LIFETIME_MS);
    live.qrTimer.unref();
  }

  private stopQr(live: LiveInstance): void {
    clearTimeout(live.qrTimer);
    live.qr = null;
  }

  // ---- phones --------------------------------------------------------------------------------------------------------

  /** The phone of that number on that instance, made or renamed as asked. */
  phone(live: LiveInstance, who: PhoneIdentity): Phone {
    const jid = toJid(who.number);
    const lid = who.lid === undefined ? null : who.lid.includes('@') ? who.lid : `${who.lid}@lid`;
    const known = live.phones.get(jid);
    if (known) {
      if (lid) {
        known.record.lid = lid;
        live.phones.set(lid, known);
      }
      known.record.name = who.name ?? known.record.name;
      known.record.addressing = who.addressing ?? (lid ? 'lid' : known.record.addressing);
      this.touch();
      return known;
    }
    const record: PhoneRecord = {
      number: who.number,
      jid,
      lid,
      name: who.name ?? '',
      addressing: who.addressing ?? (lid ? 'lid' : 'pn'),
      transcript: [],
    };
    live.record.phones.push(record);
    this.touch();
    return this.adopt(live, record);
  }

  /** The phone behind a number, JID or LID, and the JID a send to it carries; undefined when not on WhatsApp. */
  recipient(live: LiveInstance, number: string): { phone: Phone; remoteJid: string } | undefined {
    const remoteJid = toJid(number);
    const known = live.phones.get(remoteJid);
    if (known) return { phone: known, remoteJid };
    for (const other of this.instances.values()) {
      const stranger = other.phones.get(remoteJid);
      if (stranger) return { phone: this.phone(live, identity(stranger)), remoteJid };
      if (other !== live && other.record.ownerJid === remoteJid) {
        return { phone: this.phone(live, { number, name: other.record.profileName ?? '' }), remoteJid };
      }
    }
    return undefined;
  }

  private adopt(live: LiveInstance, record: PhoneRecord): Phone {
    const phone = new Phone(record, {
      inbound: (from, message, messageType, options) => this.inbound(live, from, message, messageType, options),
      edited: (from, id, text) => this.edited(live, from, id, text),
      call: (from, isVideo) => this.call(live, from, isVideo),
      presence: (from, presence) => {
        const id = address(from);
        void this.emit(live, 'presence.update', { id, presences: { [id]: { lastKnownPresence: presence } } });
      },
    });
    live.phones.set(record.jid, phone);
    if (record.lid) live.phones.set(record.lid, phone);
    return phone;
  }

  // ---- inbound -------------------------------------------------------------------------------------------------------

  private inbound(
    live: LiveInstance,
    phone: Phone,
    message: Record<string, unknown>,
    messageType: string,
    options: SayOptions,
  ): string {
    const id = options.id ?? messageId('3A');
    const at = options.at === undefined ? Date.now() : Number(options.at);
    const repeated = options.id !== undefined && phone.transcript.some((b) => b.id === id);
    const frame = {
      key: options.group === undefined ? inboundKey(phone, id) : groupKey(phone, options.group, id),
      pushName: phone.name,
      status: 'DELIVERY_ACK',
      message: { ...message, messageContextInfo: { deviceListMetadataVersion: 2 } },
      messageType,
      messageTimestamp: Math.floor(at / 1000),
      instanceId: live.record.id,
      source: 'ios',
    };
    const data = { ...frame, ...options.raw };
    const first = phone.transcript.length === 0;
    const type = messageType === 'conversation' ? {} : { type: messageType };
    if (!repeated) phone.show({ id, by: 'customer', text: readableText(message), at, status: 'SENT', ...type });
    const tell = () => {
      if (options.group !== undefined && live.record.settings.groupsIgnore) return;
      if (!repeated) this.store(live, frame);
      phone.update(id, { status: live.record.settings.readMessages ? 'READ' : 'DELIVERY_ACK' });
      for (let i = 0; i < (options.copies ?? 1); i++) void this.emit(live, 'messages.upsert', data);
      const contact = { remoteJid: address(phone), pushName: phone.name, instanceId: live.record.id };
      void this.emit(live, first ? 'contacts.upsert' : 'contacts.update', contact);
    };
    this.whenOpen(live, tell);
    this.touch();
    return id;
  }

  private edited(live: LiveInstance, phone: Phone, id: string, text: string | null): void {
    const key = { remoteJid: address(phone), fromMe: false, id };
    const stored = live.record.messages.find((row) => row.key.id === id);
    phone.update(id, text === null ? { deleted: true } : { text, edited: true });
    if (stored && text !== null) stored.message = { conversation: text };
    const data =
      text === null
        ? { key, type: 'REVOKE' }
        : { key, type: 'MESSAGE_EDIT', editedMessage: { conversation: text }, timestampMs: String(Date.now()) };
    this.whenOpen(live, () => {
      const gate = new Promise<void>((resolve) => void this.emit(live, 'messages.edited', data, resolve));
      live.gate = gate;
      void gate.then(() => {
        if (live.gate === gate) live.gate = null;
      });
      if (text === null && stored) void this.emit(live, 'messages.delete', key);
    });
    this.touch();
  }

  /** It rings until the caller gives up, or is refused at once, with a text that looks as if the owner had typed it. */
  private call(live: LiveInstance, phone: Phone, isVideo: boolean): string {
    const id = messageId('3A');
    const { rejectCall, msgCall } = live.record.settings;
    const from = address(phone);
    const call = { chatId: from, from, id, date: new Date().toISOString(), isVideo, isGroup: false, offline: false };
    this.whenOpen(live, () => {
      for (const status of ['offer', rejectCall ? 'reject' : 'timeout'])
        void this.emit(live, 'call', { ...call, status });
      if (rejectCall && msgCall) this.ownerSays(live, phone, msgCall);
    });
    this.touch();
    return id;
  }

  private whenOpen(live: LiveInstance, tell: () => void): void {
    if (live.record.state !== 'open') live.backlog.push(() => this.whenOpen(live, tell));
    else if (live.gate) void live.gate.then(() => this.whenOpen(live, tell));
    else tell();
  }

  // ---- outbound ------------------------------------------------------------------------------------------------------

  /** The owner types on the shop's own phone. Returns the key id. */
  ownerSays(live: LiveInstance, phone: Phone, text: string): string {
    const id = messageId('3A');
    const at = Date.now();
    const frame = {
      key: { ...inboundKey(phone, id), fromMe: true },
      pushName: 'Você',
      status: 'SERVER_ACK',
      message: { conversation: text },
      messageType: 'conversation',
      messageTimestamp: Math.floor(at / 1000),
      instanceId: live.record.id,
      source: 'ios',
    };
    phone.show({ id, by: 'owner', text, at, status: 'DELIVERY_ACK' });
    this.whenOpen(live, () => {
      this.store(live, frame);
      void this.emit(live, 'messages.upsert', frame);
    });
    this.touch();
    return id;
  }

  /**
   * Hands a message to the phone, stores it, dispatches its echo and schedules its ticks.
   * `echoed` resolves when the echo's first delivery attempt has ended.
   */
  deliver(live: LiveInstance, phone: Phone, remoteJid: string, out: Outgoing) {
    const id = messageId('3EB0');
    const at = Date.now();
    const frame = {
      key: { remoteJid, fromMe: true, id },
      pushName: 'Você',
      status: 'PENDING',
      message: out.message,
      contextInfo: {
        ...(out.quotedId ? { stanzaId: out.quotedId } : {}),
        mentionedJid: [],
        groupMentions: [],
        ephemeralSettingTimestamp: { low: Math.floor(at / 1000), high: 0, unsigned: false },
        disappearingMode: { initiator: 0 },
      },
      messageType: out.messageType,
      messageTimestamp: Math.floor(at / 1000),
      instanceId: live.record.id,
      source: 'web',
    };
    const type = out.messageType === 'conversation' ? {} : { type: out.messageType };
    const more = { ...(out.media ? { media: out.media } : {}), ...(out.quotedId ? { quotedId: out.quotedId } : {}) };
    phone.show({ id, by: 'gateway', text: out.text, at, status: 'SENT', ...type, ...more });
    const row = this.store(live, frame);
    const echoed = this.emit(live, 'send.message', frame);
    this.scheduleAck(live, phone, id, row, 0);
    this.touch();
    return { frame, echoed };
  }

  private scheduleAck(live: LiveInstance, phone: Phone, id: string, row: StoredMessage | undefined, n: number): void {
    const status = this.options.acks[n];
    if (status === undefined) return;
    this.later(this.options.ackDelayMs, () => {
      if (status === 'READ' && !phone.readsMessages) return;
      if (row) row.MessageUpdate.push({ status });
      phone.update(id, { status: status === 'SERVER_ACK' ? 'SENT' : (status as Tick) });
      void this.emit(live, 'messages.update', {
        keyId: id,
        remoteJid: address(phone),
        fromMe: true,
        status,
        instanceId: live.record.id,
        ...(row ? { messageId: row.id } : {}),
      });
      this.touch();
      this.scheduleAck(live, phone, id, row, n + 1);
    });
  }

  private store(live: LiveInstance, frame: Omit<StoredMessage, 'id' | 'MessageUpdate' | 'contextInfo'>) {
    if (!this.storeMessages) return undefined;
    const row: StoredMessage = {
      id: rowId(),
      key: frame.key,
      pushName: frame.pushName,
      messageType: frame.messageType,
      message: frame.message,
      messageTimestamp: frame.messageTimestamp,
      instanceId: frame.instanceId,
      source: frame.source,
      contextInfo: null,
      MessageUpdate: [],
    };
    const rows = live.record.messages;
    rows.push(row);
    // Trimmed in strides: a shift per message would copy the array each time under load.
    if (rows.length > STORED_MESSAGES * 1.25) rows.splice(0, rows.length - STORED_MESSAGES);
    return row;
  }

  /** A timer that dies with the gateway. */
  later(ms: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      act();
    }, ms);
    this.timers.add(timer);
  }

  stop(): void {
    for (const timer of this.timers) clearTimeout(timer);
    for (const live of this.instances.values()) clearTimeout(live.qrTimer);
  }
}

/** The JID under which events name this phone: its LID where WhatsApp addresses it so. */
export function address(phone: Phone): string {
  return phone.record.addressing !== 'pn' && phone.lid ? phone.lid : phone.jid;
}

function identity(phone: Phone): PhoneIdentity {
  const { number, lid, name, addressing } = phone.record;
  return { number, name, addressing, ...(lid ? { lid } : {}) };
}

function inboundKey(phone: Phone, id: string): StoredMessage['key'] {
  const { jid, lid, addressing } = phone.record;
  if (!lid) return { remoteJid: jid, fromMe: false, id };
  if (addressing === 'pn') {
    return { remoteJid: jid, remoteJidAlt: lid, addressingMode: 'pn', fromMe: false, id, participant: '' };
  }
  const alt = addressing === 'lid' ? { remoteJidAlt: jid } : {};
  return { remoteJid: lid, ...alt, addressingMode: 'lid', fromMe: false, id, participant: '' };
}

function groupKey(phone: Phone, group: string, id: string): StoredMessage['key'] {
  const { jid, lid } = phone.record;
  const author = lid ? { participant: lid, participantAlt: jid, addressingMode: 'lid' } : { participant: jid };
  return { remoteJid: group, fromMe: false, id, ...author };
}

function readableText(message: Record<string, unknown>): string {
  if (typeof message['conversation'] === 'string') return message['conversation'];
  const [type, content] =
    Object.entries(message).find(([, value]) => typeof value === 'object' && value !== null) ?? [];
  const fields = (content ?? {}) as Record<string, unknown>;
  for (const name of ['text', 'caption', 'title', 'fileName', 'displayName', 'name', 'selectedDisplayText']) {
    if (typeof fields[name] === 'string' && fields[name]) return fields[name];
  }
  return `[${type ?? 'message'}]`;
}
