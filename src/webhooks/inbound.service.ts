import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { ChannelPulseService } from '../channels/channel-pulse.service.js';
import { ChannelsService } from '../channels/channels.service.js';
import { ConnectionCheckService } from '../channels/connection-check.service.js';
import { readChannelConfig } from '../channels/read-channel-config.js';
import { OutboxService } from '../chats/outbox.service.js';
import { AppError } from '../common/app-error.js';
import { LOGGER } from '../common/logger.js';
import { toStorableJson, toStorableText } from '../common/storable-text.js';
import { InboundChangesService } from '../conversations/inbound-changes.service.js';
import { PersonOnPhoneService } from '../conversations/person-on-phone.service.js';
import { type ReceivedMessage, ReceiveMessageService } from '../conversations/receive-message.service.js';
import {
  type CallEvent,
  type ChangeEvent,
  type ConnectionEvent,
  type EchoEvent,
  type InboundEvent,
  type MessageEvent,
  parseInboundEvents,
  type ReactionEvent,
  type StatusEvent,
} from '../evolution-api/inbound-event.js';
import type { MessageIdentity } from '../evolution-api/read-identity.js';
import { isOutage } from '../prisma/is-outage.js';
import { PrismaService } from '../prisma/prisma.service.js';
import type { KnockingChannel } from './evolution-door.service.js';

/** Quarantined bodies are for people to read: more than this helps nobody. */
const QUARANTINE_CHARACTERS = 1_000_000;
const QUARANTINE_LIMITS = { maxDepth: 500, maxValues: 100_000, maxTextCodePoints: QUARANTINE_CHARACTERS };

/** The gateway reports a handful of events at a time; a list longer than this is no report. */
const MAX_EVENTS = 1_000;

/** A send that differs from the one in flight may still be it, as the gateway altered it; after this long it is another's. */
const UNSETTLED_MS = 10 * 60_000;

/**
 * What a record of the gateway's turned out to be: `missed`, a customer's message we were never told of; `unsettled`, perhaps
 * the proof of a send that is on its way, so that nothing can be concluded yet; `known`, anything else that is stored now.
 */
export type Found = 'missed' | 'unsettled' | 'known';

/** Takes what the gateway reports to where it belongs. Resolves only when everything of it is committed. */
@Injectable()
export class InboundService {
  /** Told of every number that is connected (again), after the fact is kept. */
  whenOpened: (channel: KnockingChannel) => void = () => undefined;

  /** Numbers whose state is being asked for, and whether once more. */
  private readonly confirming = new Map<string, boolean>();

  constructor(
    private readonly receiver: ReceiveMessageService,
    private readonly changes: InboundChangesService,
    private readonly phone: PersonOnPhoneService,
    private readonly outbox: OutboxService,
    private readonly channels: ChannelsService,
    private readonly connections: ConnectionCheckService,
    private readonly pulse: ChannelPulseService,
    private readonly prisma: PrismaService,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * Stores one webhook body. Duplicates and events we do not use are success; what cannot be read, or is refused by the
   * database on its own account, goes to quarantine.
   * @throws UNAUTHORIZED (another channel's body), TEMPORARILY_UNAVAILABLE (the gateway shall send it again)
   */
  async accept(channel: KnockingChannel, body: unknown): Promise<void> {
    const claimed = (body as { instance?: unknown } | null)?.instance;
    if (typeof claimed === 'string' && claimed !== channel.instanceName)
      throw new AppError('UNAUTHORIZED', 'This webhook address or its secret is not valid.');
    const events = parseInboundEvents(body, Date.now());
    const { workspaceId, channelId } = channel;
    const spoken = events.some((event) => event.kind === 'message');
    this.pulse.note(workspaceId, channelId, spoken);
    if (events.length > MAX_EVENTS) return this.quarantine(channel, body, 'more events than a report has');
    const problems = await Promise.all(events.map((event) => this.acceptOne(channel, event)));
    // Once, however many of its events were not taken: every copy is the whole body.
    const named = new Set(problems.filter((problem) => problem !== undefined));
    if (named.size > 0) await this.quarantine(channel, body, [...named].join('; '));
  }

  /**
   * Stores a body that was in quarantine. @throws CONFLICT while an event of it cannot be read or is refused,
   * TEMPORARILY_UNAVAILABLE
   */
  async replay(channel: KnockingChannel, body: unknown): Promise<void> {
    const events = parseInboundEvents(body, Date.now());
    if (events.some((event) => event.kind === 'unreadable'))
      throw new AppError('CONFLICT', 'This body still cannot be read; a newer version may');
    await Promise.all(events.map((event) => this.replayOne(channel, event)));
  }

  /** Takes one record of the gateway's own, which may be known, ours, or a message whose event was lost. */
  async takeFound(channel: KnockingChannel, record: unknown, ownJid: string | null): Promise<Found> {
    const { instanceName: instance, channelId } = channel;
    const body = { event: 'messages.upsert', instance, data: record, ...(ownJid && { sender: ownJid }) };
    const [event] = parseInboundEvents(body, Date.now());
    if (event?.kind !== 'message') return 'known';
    try {
      if (!(await this.takesPart(channel, event))) return 'known';
      return await this.takeMissed(channel, event);
    } catch (error) {
      if (isOutage(error)) throw error;
      // One that the database refuses must not keep those behind it from coming in.
      this.logger.error({ err: error, channel: channelId }, 'found message refused; quarantined');
      await this.quarantine(channel, body, error instanceof Error ? error.message : 'unknown error');
      return 'known';
    }
  }

  private async takeMissed(channel: KnockingChannel, event: MessageEvent): Promise<Found> {
    if (event.fromMe && !event.isTypedByHand) return this.takeFoundSend(channel, event);
    return (await this.message(channel, event)) && !event.fromMe ? 'missed' : 'known';
  }

  private async takeFoundSend(channel: KnockingChannel, event: MessageEvent): Promise<Found> {
    const { workspaceId, channelId } = channel;
    const { providerId, aliases, type, text, sentAtMs } = event;
    const report = { workspaceId, channelId, providerId, aliases, type, text, sentAtMs };
    const echo = await this.outbox.bindEcho(report);
    if (echo === 'pending' && Date.now() - sentAtMs < UNSETTLED_MS) return 'unsettled';
    if (echo === 'bound' || echo === 'known') return 'known';
    if (await this.outbox.noteSurplus(report)) await this.sentByOthers(channel, event);
    else await this.message(channel, event);
    return 'known';
  }

  private async replayOne(channel: KnockingChannel, event: InboundEvent): Promise<void> {
    await this.handle(channel, event).catch((error: unknown) => {
      if (isOutage(error)) throw error;
      this.logger.error({ err: error, channel: channel.channelId, kind: event.kind }, 'event refused again');
      throw new AppError('CONFLICT', 'The database refuses this event; the log says why', { cause: error });
    });
  }

  /** Resolves with what is wrong with the event, if anything. */
  private async acceptOne(channel: KnockingChannel, event: InboundEvent): Promise<string | undefined> {
    try {
      return await this.handle(channel, event);
    } catch (error) {
      if (isOutage(error))
        throw new AppError('TEMPORARILY_UNAVAILABLE', 'Try again shortly.', { retryAfterSeconds: 5, cause: error });
      this.logger.error({ err: error, channel: channel.channelId, kind: event.kind }, 'event refused; quarantined');
      return error instanceof Error ? error.message : 'unknown error';
    }
  }

  private async handle(channel: KnockingChannel, event: InboundEvent): Promise<string | undefined> {
    switch (event.kind) {
      case 'message':
        await this.message(channel, event);
        return undefined;
      case 'echo':
        await this.echo(channel, event);
        return undefined;
      case 'change':
        await this.change(channel, event);
        return undefined;
      case 'reaction':
        await this.reaction(channel, event);
        return undefined;
      case 'call':
        await this.call(channel, event);
        return undefined;
      case 'status':
        await this.status(channel, event);
        return undefined;
      case 'connection':
        await this.connection(channel, event);
        return undefined;
      case 'qr':
        await this.channels.applyQr(channel.workspaceId, channel.channelId, event);
        return undefined;
      case 'unreadable':
        this.logger.warn(
          { channel: channel.channelId, event: event.event, problem: event.problem },
          'unreadable event',
        );
        return event.problem;
      case 'ignored':
        this.logger.debug({ event: event.event, reason: event.reason }, 'event not used');
        return undefined;
    }
  }

  /** True: it was new, and is kept. */
  private async message(channel: KnockingChannel, event: MessageEvent): Promise<boolean> {
    if (!(await this.takesPart(channel, event))) return false;
    if (event.content?.['live'] && (await this.changes.followLocation(channel, event))) return false;
    const message = { ...received(channel, event), content: await this.contentOf(channel, event) };
    if (event.fromMe) return this.phone.receive(message);
    const stored = await this.receiver.receive({
      ...message,
      // What a person of a group is called is not the group's name.
      name: event.scope === 'private' ? event.pushName : null,
      role: 'user',
      author: 'CUSTOMER',
      answer: true,
    });
    return !stored.duplicate;
  }

  /**
   * A number takes part in its private chats, and in groups where its settings say so. What it takes no part in (other
   * groups, status posts, newsletters) is not kept.
   */
  private async takesPart({ workspaceId, channelId }: KnockingChannel, event: MessageIdentity): Promise<boolean> {
    if (event.aliases.length === 0) return false;
    if (event.scope !== 'group') return event.scope === 'private';
    const row = await this.prisma.channel.findUnique({
      where: { workspaceId_id: { workspaceId, id: channelId } },
      select: { config: true },
    });
    return row !== null && readChannelConfig(row.config).enableGroupsResponse === true;
  }

  /** Of a group also who wrote it, and whether to our number. */
  private async contentOf({ workspaceId, channelId }: KnockingChannel, event: MessageEvent): Promise<object | null> {
    if (event.scope !== 'group') return event.content;
    const quotedId = (event.content?.['quoted'] as { id?: string } | undefined)?.id;
    const ours = { workspaceId, channelId, providerId: quotedId ?? '', role: 'assistant' };
    const isAddressed =
      event.isAddressed || (quotedId !== undefined && (await this.prisma.message.count({ where: ours })) > 0);
    const participant = event.participant && { ...event.participant, name: event.pushName };
    return { ...event.content, ...(participant && { participant }), ...(isAddressed && { addressed: true }) };
  }

  private async change({ workspaceId, channelId }: KnockingChannel, event: ChangeEvent): Promise<void> {
    const { providerId, change: kind, text, changedAtMs } = event;
    await this.changes.change({ workspaceId, channelId, providerId, kind, text, changedAtMs });
  }

  /** A reaction is no message, but where the agent shall answer reactions a customer's is one too. */
  private async reaction(channel: KnockingChannel, event: ReactionEvent): Promise<void> {
    if (!(await this.takesPart(channel, event))) return;
    const { workspaceId, channelId } = channel;
    const { aliases, targetId, author, emoji, reactedAtMs, providerId, address, phone, pushName } = event;
    const isPrivate = event.scope === 'private';
    await this.changes.react({ workspaceId, channelId, aliases, targetId, author, isPrivate, emoji, reactedAtMs });
    if (!isPrivate || event.fromMe || emoji === '') return;
    const quoted = await this.changes.answerableTarget(channel, targetId);
    if (quoted === null) return;
    await this.receiver.receive({
      ...{ workspaceId, channelId, providerId, aliases, address, phone, name: pushName },
      ...{ role: 'user', author: 'CUSTOMER', type: 'OTHER', text: emoji, sentAtMs: reactedAtMs, answer: true },
      content: { kind: 'reaction', quoted: { id: targetId, text: quoted } },
    });
  }

  /** Shown to people, since nobody else tells them; the agent has nothing to answer. */
  private async call({ workspaceId, channelId }: KnockingChannel, event: CallEvent): Promise<void> {
    if (event.aliases.length === 0) return;
    const { providerId, aliases, address, phone, isVideo, calledAtMs } = event;
    await this.receiver.receive({
      ...{ workspaceId, channelId, providerId, aliases, address, phone, name: null },
      ...{ role: 'user', author: 'CUSTOMER', type: 'OTHER', text: isVideo ? '📹' : '📞', sentAtMs: calledAtMs },
      ...{ content: { kind: 'call', video: isVideo }, answer: false },
    });
  }

  /** An echo never begins a turn: it proves a part of ours, or shows what another system sent through the gateway. */
  private async echo(channel: KnockingChannel, event: EchoEvent): Promise<void> {
    if (!(await this.takesPart(channel, event))) return;
    const { workspaceId, channelId } = channel;
    const { providerId, aliases, type, text } = event;
    const report = { workspaceId, channelId, providerId, aliases, type, text };
    const echo = await this.outbox.bindEcho(report);
    if (echo === 'pending')
      this.logger.warn({ channel: channel.channelId }, 'echo of something other than what is in flight');
    if (echo !== 'foreign') return;
    await this.outbox.noteSurplus(report);
    await this.sentByOthers(channel, event);
  }

  private async sentByOthers(channel: KnockingChannel, event: EchoEvent | MessageEvent): Promise<void> {
    await this.receiver.receive({
      ...received(channel, event),
      name: null,
      role: 'assistant',
      author: 'API',
      content: null,
      answer: false,
    });
  }

  private async status(channel: KnockingChannel, event: StatusEvent): Promise<void> {
    if (!event.fromMe || event.status === 'PENDING') return;
    await this.outbox.applyStatus({
      workspaceId: channel.workspaceId,
      channelId: channel.channelId,
      providerId: event.providerId,
      status: event.status === 'ERROR' ? 'FAILED' : event.status,
    });
  }

  private async connection(channel: KnockingChannel, event: ConnectionEvent): Promise<void> {
    await this.channels.applyConnection(channel.workspaceId, channel.channelId, event);
    this.confirmSoon(channel);
  }

  /** A link that flaps says so many times a second: the gateway is asked once more after the last of them. */
  private confirmSoon(channel: KnockingChannel): void {
    const isAsking = this.confirming.has(channel.channelId);
    this.confirming.set(channel.channelId, isAsking);
    if (isAsking) return;
    void this.confirm(channel).finally(() => {
      const isWanted = this.confirming.get(channel.channelId);
      this.confirming.delete(channel.channelId);
      if (isWanted) this.confirmSoon(channel);
    });
  }

  /** After the event is kept, and not awaited: the gateway waits for our 200 while we would wait for its answer. */
  private async confirm(channel: KnockingChannel): Promise<void> {
    const state = await this.connections.confirm(channel.workspaceId, channel.channelId);
    if (state !== 'open') return;
    this.whenOpened(channel);
    await this.outbox.wakeChannel(channel.workspaceId, channel.channelId).catch(() => undefined);
  }

  private async quarantine(channel: KnockingChannel, body: unknown, problem: string): Promise<void> {
    const { apikey: _secret, ...kept } = (typeof body === 'object' && body !== null ? body : { body }) as {
      apikey?: unknown;
    };
    await this.prisma.webhookQuarantine
      .create({
        data: {
          workspaceId: channel.workspaceId,
          channelId: channel.channelId,
          body: toStorableText(JSON.stringify(toStorableJson(kept, QUARANTINE_LIMITS)), QUARANTINE_CHARACTERS),
          error: toStorableText(problem, 2_000),
        },
      })
      .catch((error: unknown) => {
        throw new AppError('TEMPORARILY_UNAVAILABLE', 'Try again shortly.', { retryAfterSeconds: 5, cause: error });
      });
  }
}

function received(channel: KnockingChannel, event: MessageEvent | EchoEvent) {
  return {
    workspaceId: channel.workspaceId,
    channelId: channel.channelId,
    providerId: event.providerId,
    aliases: event.aliases,
    address: event.address,
    phone: event.phone,
    type: event.type,
    text: event.text,
    sentAtMs: event.sentAtMs,
  } satisfies Partial<ReceivedMessage>;
}
