import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import { v7 as uuid7 } from 'uuid';
import { CONFIG, type RuntimeConfig } from '../config.js';
import { listJidAliases } from '../contacts/list-phone-aliases.js';
import { MicroBatch } from '../jobs/micro-batch.runner.js';
import { HOOK, MEDIA, TURN, WakeupsService } from '../jobs/wakeups.service.js';
import { POOL } from '../prisma/database.pool.js';
import { isOutage, isTransient } from '../prisma/is-outage.js';
import { ContactMergesService } from './contact-merges.service.js';
import { groupSenders } from './group-senders.js';
import { type MessageRow, type PersonRow, receiveMessages } from './receive-message.queries.js';

/** A message to store: already parsed, every string storable (see toStorableText). */
export interface ReceivedMessage {
  readonly workspaceId: string;
  readonly channelId: string;
  /** The provider's id: unique in its channel for ever. */
  readonly providerId: string;
  /** Whom it is exchanged with, never empty. */
  readonly aliases: readonly string[];
  /** Where a reply goes. */
  readonly address: string;
  readonly name: string | null;
  readonly phone: string | null;
  readonly role: 'user' | 'assistant';
  readonly author: 'CUSTOMER' | 'HUMAN' | 'API';
  readonly type: string;
  readonly text: string;
  readonly content: unknown;
  readonly sentAtMs: number;
  /** Whether the agent shall answer it. */
  readonly answer: boolean;
  /** A person of ours wrote it on the phone, and thereby has the chat. */
  readonly takes?: boolean;
}

/** `duplicate` also stands for a channel that is gone: either way there is nothing more to do. */
export type Received =
  | { readonly duplicate: true }
  | { readonly duplicate: false; readonly messageId: string; readonly chatId: string; readonly turnId: string | null };

const TRANSIENT_TRIES = 3;

/** Stores what was said and moves the turn that will answer it: one statement for all that arrives meanwhile. */
@Injectable()
export class ReceiveMessageService {
  private readonly batch: MicroBatch<ReceivedMessage, Received>;

  constructor(
    @Inject(POOL) private readonly pool: Pool,
    @Inject(CONFIG) private readonly config: RuntimeConfig,
    private readonly wakeups: WakeupsService,
    private readonly merges: ContactMergesService,
  ) {
    this.batch = new MicroBatch((messages) => this.store(messages), { maxSize: 500, isOutage });
  }

  /** Resolves after COMMIT: only then may the sender be told. */
  receive(message: ReceivedMessage): Promise<Received> {
    return this.batch.add(message);
  }

  private async store(messages: readonly ReceivedMessage[]): Promise<Received[]> {
    const rows = toRows(messages);
    const stored = await this.tryAgain(() => receiveMessages(this.pool, rows.persons, rows.aliases, rows.messages));
    const soonest = Math.min(...stored.map((s) => s.due_in_ms ?? Number.POSITIVE_INFINITY));
    if (Number.isFinite(soonest)) this.wake(soonest);
    if (stored.some((s) => s.has_file)) this.wakeFetcher();
    for (const s of stored) if (s.due_in_ms !== null) this.wakeups.wakeHere(TURN, String(s.due_in_ms));
    if (stored.some((s) => s.hooks > 0)) this.wakeups.announce(HOOK, '');
    for (const s of stored) {
      if (s.rivals) await this.merges.mergeRivals(messages[s.n]!.workspaceId, s.contact_id, s.rivals);
    }
    const byPlace = new Map(stored.map((s) => [s.n, s]));
    return messages.map((_, n) => {
      const row = byPlace.get(n);
      return row
        ? { duplicate: false, messageId: row.id, chatId: row.chat_id, turnId: row.turn_id }
        : { duplicate: true };
    });
  }

  /** A worker in this process is woken directly; only others need a notification, one per batch. */
  private wake(dueInMs: number): void {
    if (this.config.role === 'api') this.wakeups.announce(TURN, String(Math.ceil(dueInMs)));
  }

  private wakeFetcher(): void {
    if (this.config.role === 'api') this.wakeups.announce(MEDIA, '');
    else this.wakeups.wakeHere(MEDIA, '');
  }

  private async tryAgain<T>(statement: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await statement();
      } catch (error) {
        if (!isTransient(error) || attempt === TRANSIENT_TRIES) throw error;
      }
    }
  }
}

const isPhone = (alias: string) => alias.endsWith('@s.whatsapp.net');

// Every form of a phone is theirs: WhatsApp names one person with and without the Brazilian ninth digit, and the gateway's
// answer to a send may name the other. The forms that were named come first.
function toRows(batch: readonly ReceivedMessage[]) {
  const senders = groupSenders(
    batch.map((m) => ({ ...m, aliases: [...new Set([...m.aliases, ...m.aliases.flatMap(listJidAliases)])] })),
  );
  const persons = senders.map((sender, p): PersonRow => {
    const said = sender.members.map((i) => batch[i]!);
    const last = said.at(-1)!;
    return {
      p,
      ws: sender.workspaceId,
      ch: sender.channelId,
      contact: uuid7(),
      chat: uuid7(),
      interaction: uuid7(),
      turn: uuid7(),
      name: said.findLast((m) => m.name)?.name ?? null,
      phone: said.findLast((m) => m.phone)?.phone ?? null,
      address: last.address,
    };
  });
  const aliases = senders.flatMap((sender, p) =>
    [...sender.aliases].sort((a, b) => Number(isPhone(b)) - Number(isPhone(a))).map((alias, k) => ({ p, k, alias })),
  );
  const messages = senders.flatMap((sender, p) =>
    sender.members.map((n): MessageRow => {
      const m = batch[n]!;
      return {
        n,
        p,
        id: uuid7(),
        provider_id: m.providerId,
        role: m.role,
        author: m.author,
        type: m.type,
        text: m.text,
        content: m.content,
        sent_ms: m.sentAtMs,
        answer: m.answer,
        takes: m.takes ?? false,
      };
    }),
  );
  return { persons, aliases, messages };
}
