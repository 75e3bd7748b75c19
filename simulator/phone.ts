import { EventEmitter } from 'node:events';
import { waitUntil } from './wait-until.js';

export type Tick = 'SENT' | 'DELIVERY_ACK' | 'READ';
/** How WhatsApp addresses the person: by phone JID, by LID with the phone JID beside it, or by LID alone. */
export type Addressing = 'pn' | 'lid' | 'lid-only';

/** One bubble of a chat as the customer's phone shows it. */
export interface Bubble {
  readonly id: string;
  readonly by: 'customer' | 'gateway' | 'owner';
  text: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** SENT (one tick), DELIVERY_ACK (two), READ (two, blue). */
  status: Tick;
  edited?: boolean;
  deleted?: boolean;
  /** Of a reaction or other odd content: its message type. */
  readonly type?: string;
  /** Of a file the shop sent. */
  readonly media?: SentMedia;
  /** The message it answers to. */
  readonly quotedId?: string;
}

/** A file as it was handed to the gateway, and the type it goes on with. */
export interface SentMedia {
  readonly url: string;
  readonly fileName: string | null;
  readonly mimetype: string;
}

/** A bubble that reached this phone: `by` tells the gateway's sends from words the owner typed by hand. */
export type ReceivedMessage = Bubble;

export interface SayOptions {
  /** Message id; default: a fresh one. */
  readonly id?: string;
  /** When it was written (Date or epoch ms); default now. */
  readonly at?: Date | number;
  /** The event is posted so many times in parallel. */
  readonly copies?: number;
  /** The group it is said in (`…@g.us`), instead of the private chat. */
  readonly group?: string;
  /** Laid over the event's `data`, to make it odd. */
  readonly raw?: Readonly<Record<string, unknown>>;
}

/** What a phone knows of itself; survives a restart of the gateway. */
export interface PhoneRecord {
  number: string;
  jid: string;
  lid: string | null;
  name: string;
  addressing: Addressing;
  transcript: Bubble[];
}

/** What a phone needs of the gateway behind it. */
export interface PhoneWire {
  inbound(phone: Phone, message: Record<string, unknown>, messageType: string, options: SayOptions): string;
  edited(phone: Phone, id: string, text: string | null): void;
  presence(phone: Phone, presence: string): void;
  call(phone: Phone, isVideo: boolean): string;
}

const TRANSCRIPT_CAP = 500;

/** A customer's phone: says things to the shop and shows what the shop sent. */
export class Phone {
  /** Everything that reached this phone, in order (the newest 500), with live status. */
  readonly received: ReceivedMessage[];
  /** How many bubbles ever reached it. */
  receivedCount: number;
  /** True while the shop is shown as composing. */
  typing = false;
  /** Rises with every visible change. */
  version = 1;
  /** False: sends stay at two grey ticks. */
  readsMessages = true;
  private readonly changes = new EventEmitter().setMaxListeners(0);
  private readonly shown = new Map<string, Bubble>();

  constructor(
    readonly record: PhoneRecord,
    private readonly wire: PhoneWire,
  ) {
    this.received = record.transcript.filter((b) => b.by !== 'customer');
    this.receivedCount = this.received.length;
    for (const bubble of record.transcript) this.shown.set(bubble.id, bubble);
  }

  get number(): string {
    return this.record.number;
  }
  get jid(): string {
    return this.record.jid;
  }
  get lid(): string | null {
    return this.record.lid;
  }
  get name(): string {
    return this.record.name;
  }
  /** Both sides, oldest first (the newest 500). */
  get transcript(): readonly Bubble[] {
    return this.record.transcript;
  }

  /** The customer writes; returns the message's key id. */
  say(text: string, options: SayOptions = {}): string {
    return this.wire.inbound(this, { conversation: text }, 'conversation', options);
  }

  /** The customer sends anything else, in the gateway's own `message` shape; returns the key id. */
  sayRaw(message: Record<string, unknown>, messageType: string, options: SayOptions = {}): string {
    return this.wire.inbound(this, message, messageType, options);
  }

  /** The customer reacts to a bubble ('' takes the reaction back); returns the reaction's own key id. */
  react(id: string, emoji: string, options: SayOptions = {}): string {
    const at = options.at === undefined ? Date.now() : Number(options.at);
    const key = { remoteJid: this.jid, fromMe: this.shown.get(id)?.by !== 'customer', id };
    const senderTimestampMs = { low: at | 0, high: Math.floor(at / 2 ** 32), unsigned: false };
    return this.wire.inbound(
      this,
      { reactionMessage: { key, text: emoji, senderTimestampMs } },
      'reactionMessage',
      options,
    );
  }

  /** The customer votes in a poll of the shop's; returns the vote's own key id. */
  vote(pollId: string, selectedOptions: readonly string[], options: SayOptions = {}): string {
    const pollCreationMessageKey = { id: pollId, fromMe: true, remoteJid: this.jid };
    const message = { pollUpdateMessage: { pollCreationMessageKey, vote: { selectedOptions } } };
    const pollUpdates = selectedOptions.map((name) => ({ name, voters: [this.jid] }));
    return this.wire.inbound(this, message, 'pollUpdateMessage', { ...options, raw: { pollUpdates, ...options.raw } });
  }

  /** The customer calls, and nobody answers; returns the call's id. */
  call({ isVideo = false }: { isVideo?: boolean } = {}): string {
    return this.wire.call(this, isVideo);
  }

  /** The customer corrects an earlier message. */
  edit(id: string, text: string): void {
    this.wire.edited(this, id, text);
  }

  /** The customer deletes an earlier message for everyone. */
  remove(id: string): void {
    this.wire.edited(this, id, null);
  }

  /** The customer's own typing indicator: composing, recording, paused, available, unavailable. */
  presence(presence: string): void {
    this.wire.presence(this, presence);
  }

  /** Called after every visible change; returns the way to unsubscribe. */
  onChange(listener: () => void): () => void {
    this.changes.on('change', listener);
    return () => this.changes.off('change', listener);
  }

  /** The messages received so far, once there are `n` of them. */
  waitForMessages(n: number, timeoutMs = 10_000): Promise<ReceivedMessage[]> {
    const enough = () => (this.receivedCount >= n ? [...this.received] : undefined);
    const seen = () => `${n} messages at ${this.number}; got ${JSON.stringify(this.received.map((m) => m.text))}`;
    return waitUntil(this.changes, 'change', enough, timeoutMs, seen);
  }

  /** The first received message (past or future) that fits. */
  waitForMessage(predicate: (m: ReceivedMessage) => boolean, timeoutMs = 10_000): Promise<ReceivedMessage> {
    const seen = () => `a message at ${this.number}; got ${JSON.stringify(this.received.map((m) => m.text))}`;
    return waitUntil(this.changes, 'change', () => this.received.find(predicate), timeoutMs, seen);
  }

  /** Resolves once `check` of this phone is true; looked at after every change. */
  async waitFor(check: (phone: Phone) => boolean, timeoutMs = 10_000): Promise<void> {
    await waitUntil(
      this.changes,
      'change',
      () => check(this),
      timeoutMs,
      () => `a state of the phone ${this.number}`,
    );
  }

  /** Gateway side: shows a bubble. */
  show(bubble: Bubble): void {
    const { transcript } = this.record;
    transcript.push(bubble);
    this.shown.set(bubble.id, bubble);
    if (bubble.by !== 'customer') {
      this.received.push(bubble);
      this.receivedCount++;
      this.typing = false;
    }
    if (transcript.length > TRANSCRIPT_CAP) {
      const old = transcript.shift()!;
      if (this.shown.get(old.id) === old) this.shown.delete(old.id);
      if (this.received[0] === old) this.received.shift();
    }
    this.changed();
  }

  /** Gateway side: changes a bubble, if this phone still has it. */
  update(id: string, change: Partial<Pick<Bubble, 'text' | 'status' | 'edited' | 'deleted'>>): void {
    const bubble = this.shown.get(id);
    if (!bubble) return;
    Object.assign(bubble, change);
    this.changed();
  }

  /** Gateway side: the shop's typing indicator. */
  setTyping(typing: boolean): void {
    if (this.typing === typing) return;
    this.typing = typing;
    this.changed();
  }

  private changed(): void {
    this.version++;
    this.changes.emit('change');
  }
}
