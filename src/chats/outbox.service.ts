import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { LOGGER } from '../common/logger.js';
import { CONFIG, type RuntimeConfig } from '../config.js';
import type { SendOutcome } from '../evolution-api/classify-send.js';
import { EvolutionApiClient } from '../evolution-api/evolution-api.client.js';
import { hashContent } from '../evolution-api/hash-text.js';
import { matchSend } from '../evolution-api/match-send.js';
import { MicroBatch } from '../jobs/micro-batch.runner.js';
import { POOL } from '../prisma/database.pool.js';
import { isOutage } from '../prisma/is-outage.js';
import { nextSend, SEND_EXPIRES_MS } from './next-send.js';
import {
  applyStatuses,
  type Begin,
  type BeginRequest,
  beginSends,
  bindEchoes,
  type Echo,
  type EchoRecord,
  leaveUnknown,
  loadReconcileScene,
  movePart,
  noteSurplus,
  type PartRow,
  partsOfTurn,
  type ReconcileScene,
  recordSent,
  type SentRecord,
  type StatusRecord,
  wakeParkedTurns,
} from './outbox.queries.js';
import { typingDelay } from './typing-delay.js';

/** A turn on its way out, owned by this worker while `fence` holds. */
export interface SendingReply {
  readonly workspaceId: string;
  /** The turn's id. */
  readonly id: string;
  readonly chatId: string;
  readonly channelId: string;
  readonly fence: number;
}

/** Where a reply goes and how. */
export interface Route {
  readonly instanceName: string;
  readonly enabledTyping: boolean;
}

/** What became of a delivery. `wait`: let go of the turn for `ms`, then deliver again. */
export type Delivery =
  | { readonly outcome: 'done' }
  | { readonly outcome: 'void'; readonly reason: 'human' | 'lost' }
  | { readonly outcome: 'wait'; readonly ms: number }
  | { readonly outcome: 'failed'; readonly reason: string };

/** What the gateway tells of a send through its API. */
export type ReportedSend = Omit<EchoRecord, 'textHash'> & { readonly type: string; readonly text: string };

const toRecord = ({ type, text, ...rest }: ReportedSend): EchoRecord => ({
  ...rest,
  textHash: Buffer.from(hashContent(type, text)),
});

const BATCH = { maxSize: 500, isOutage };
/** findMessages compares by second, and two clocks differ. */
const RECONCILE_WINDOW_MS = 10 * 60_000;
/** A gateway that cannot be asked about an uncertain part is asked again. */
const ASK_AGAIN_MS = 10_000;

/**
 * The only way out. Parts of one chat leave in order, one at a time; each begins by a committed PENDING -> SENDING, gets
 * exactly one POST, and ends as SENT, FAILED or UNKNOWN. UNKNOWN is never repeated blindly: the gateway has no
 * idempotency key, so it is reconciled with what the gateway reports, and resent at most once, on recorded absence.
 */
@Injectable()
export class OutboxService {
  private readonly begins: MicroBatch<BeginRequest, Begin>;
  private readonly sents: MicroBatch<SentRecord, boolean>;
  private readonly echoes: MicroBatch<EchoRecord, Echo>;
  private readonly statuses: MicroBatch<StatusRecord, undefined>;
  private readonly worstCaseMs: number;

  constructor(
    @Inject(POOL) private readonly pool: Pool,
    @Inject(CONFIG) config: RuntimeConfig,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly gateway: EvolutionApiClient,
  ) {
    this.worstCaseMs = config.gatewayWorstCaseSeconds * 1_000;
    this.begins = new MicroBatch((asks) => beginSends(pool, asks), BATCH);
    this.sents = new MicroBatch((sent) => recordSent(pool, sent), BATCH);
    this.echoes = new MicroBatch((echoes) => bindEchoes(pool, echoes), BATCH);
    this.statuses = new MicroBatch((statuses) => applyStatuses(pool, statuses), BATCH);
  }

  /** Sends what is left of a reply, in order. `abort` stops before the next part begins, never during a send. */
  async deliver(reply: SendingReply, route: Route, abort: AbortSignal): Promise<Delivery> {
    let isCut = false;
    for (const part of await partsOfTurn(this.pool, reply.workspaceId, reply.id)) {
      if (part.state === 'SENT') continue;
      if (part.state === 'CANCELED') {
        isCut = true;
        continue;
      }
      if (part.state === 'FAILED') return { outcome: 'failed', reason: 'send_failed' };
      const end = await this.deliverPart(reply, route, part, abort);
      if (end) return end;
    }
    return isCut ? { outcome: 'void', reason: 'human' } : { outcome: 'done' };
  }

  /** Binds the gateway's report of a send to the part it proves, whichever comes first, report or answer. */
  bindEcho(echo: ReportedSend): Promise<Echo> {
    return this.echoes.add(toRecord(echo));
  }

  /** Of a send that is not ours by its id: true, and people are told, if it repeats one of ours. */
  async noteSurplus(echo: ReportedSend): Promise<boolean> {
    const part = await noteSurplus(this.pool, toRecord(echo));
    if (part) this.logger.warn({ part, channel: echo.channelId }, 'the gateway sent a part more often than we did');
    return part !== undefined;
  }

  /** Applies a delivery status; one that is early waits for its message. */
  async applyStatus(status: StatusRecord): Promise<void> {
    await this.statuses.add(status);
  }

  /** The number is connected (again): replies that waited for it go on. */
  wakeChannel(workspaceId: string, channelId: string): Promise<void> {
    return wakeParkedTurns(this.pool, workspaceId, channelId);
  }

  /** Undefined: sent, go on with the next part. */
  private async deliverPart(
    reply: SendingReply,
    route: Route,
    part: PartRow,
    abort: AbortSignal,
  ): Promise<Delivery | undefined> {
    if (part.state === 'SENDING') await this.move(reply, part, 'SENDING', 'UNKNOWN', 'the worker died while sending');
    if (part.state !== 'PENDING') {
      const end = await this.reconcile(reply, route, part);
      if (end !== 'resend') return end;
    }
    if (route.enabledTyping && !(await this.showTyping(route, part, abort))) return { outcome: 'wait', ms: 0 };
    const begin = await this.begins.add({
      workspaceId: reply.workspaceId,
      partId: part.id,
      turnId: reply.id,
      chatId: reply.chatId,
      channelId: reply.channelId,
      fence: reply.fence,
    });
    if (begin === 'channel_closed') return this.retryLater(part, { retryAfterMs: null, hold: true }, 'channel_closed');
    if (begin !== 'began') return { outcome: 'void', reason: begin };
    return this.conclude(reply, part, await this.post(route, part));
  }

  private post({ instanceName }: Route, { media, address, text, quotedId }: PartRow): Promise<SendOutcome> {
    if (!media) return this.gateway.sendText(instanceName, { address, text, quotedId });
    const { kind, ...file } = media;
    if (kind === 'AUDIO') return this.gateway.sendVoice(instanceName, { address, url: file.url, quotedId });
    return this.gateway.sendMedia(instanceName, { address, kind, ...file, caption: text, quotedId });
  }

  private async conclude(reply: SendingReply, part: PartRow, sent: SendOutcome): Promise<Delivery | undefined> {
    switch (sent.class) {
      case 'sent':
        await this.sents.add({ workspaceId: reply.workspaceId, partId: part.id, providerId: sent.providerId });
        return undefined;
      case 'not_sent':
        await this.move(reply, part, 'SENDING', 'PENDING', sent.reason);
        return this.retryLater(part, sent, 'gateway_unreachable');
      case 'failed':
        if (sent.reason.startsWith('invalid_request'))
          this.logger.error({ part: part.id, reason: sent.reason }, 'the gateway finds our request malformed');
        await this.move(reply, part, 'SENDING', 'FAILED', sent.reason);
        return { outcome: 'failed', reason: sent.reason.split(':')[0]! };
      case 'unknown': {
        this.logger.warn(
          { part: part.id, reason: sent.reason },
          'send outcome unknown; reconciling before anything else',
        );
        const isOpen = await this.move(reply, part, 'SENDING', 'UNKNOWN', sent.reason);
        return isOpen ? { outcome: 'wait', ms: this.worstCaseMs } : undefined;
      }
    }
  }

  private retryLater(part: PartRow, why: { retryAfterMs: number | null; hold: boolean }, reason: string): Delivery {
    const ms = nextSend({ attempt: part.attempt + 1, ageMs: part.ageMs, ...why });
    return ms === undefined ? { outcome: 'failed', reason } : { outcome: 'wait', ms };
  }

  /** Undefined: proven sent. `resend`: proven absent, once. */
  private async reconcile(reply: SendingReply, route: Route, part: PartRow): Promise<Delivery | 'resend' | undefined> {
    const scene = await loadReconcileScene(this.pool, reply.workspaceId, part.id);
    if (!scene) return { outcome: 'void', reason: 'lost' };
    const waitMs = scene.startedAtMs + this.worstCaseMs - scene.nowMs;
    const rows = await this.findSends(route, scene).catch((error: unknown) => {
      this.logger.warn({ err: error, part: part.id }, 'the gateway cannot be asked about a send');
      return undefined;
    });
    const bound = new Set(scene.boundIds);
    const inFlight = { textHash: scene.textHash, aliases: scene.aliases, startedAtMs: scene.startedAtMs };
    const providerId = rows && matchSend(inFlight, rows, bound);
    if (providerId) {
      await this.sents.add({ workspaceId: reply.workspaceId, partId: part.id, providerId });
      return undefined;
    }
    if (waitMs > 0) return { outcome: 'wait', ms: waitMs };
    if (!rows && part.ageMs < SEND_EXPIRES_MS) return { outcome: 'wait', ms: ASK_AGAIN_MS };
    if (rows && scene.openSince && part.resends === 0 && (await this.keepsMessages(route, scene.canary))) {
      await this.move(reply, part, 'UNKNOWN', 'PENDING', 'absent at the gateway; sent again once');
      return 'resend';
    }
    await leaveUnknown(this.pool, reply.workspaceId, part.id);
    return { outcome: 'failed', reason: 'delivery_unknown' };
  }

  /** What the gateway keeps of our sends to this person, and of the ids it has reported a delivery of. */
  private async findSends(route: Route, { aliases, startedAtMs, strayIds }: ReconcileScene) {
    const strays = strayIds.map((id) => this.gateway.findMessageById(route.instanceName, id));
    const listed = await Promise.all(
      aliases.map((remoteJid) =>
        this.gateway.findMessages(route.instanceName, {
          remoteJid,
          fromMe: true,
          fromMs: startedAtMs - RECONCILE_WINDOW_MS,
          toMs: startedAtMs + RECONCILE_WINDOW_MS,
          limit: 50,
        }),
      ),
    );
    const found = [...listed.flat(), ...(await Promise.all(strays)).filter((m) => m !== null)];
    const byId = new Map(found.map((message) => [message.providerId, message]));
    return [...byId.values()].filter((message) => message.fromMe && !message.isTypedByHand);
  }

  /** Absence proves nothing unless the gateway keeps messages: a message we know must be found. */
  private async keepsMessages(route: Route, canary: string | null): Promise<boolean> {
    if (!canary) return false;
    const found = await this.gateway.findMessageById(route.instanceName, canary).catch(() => null);
    return found !== null;
  }

  private move(
    reply: SendingReply,
    part: PartRow,
    from: 'SENDING' | 'UNKNOWN',
    to: 'PENDING' | 'UNKNOWN' | 'FAILED',
    reason: string,
  ): Promise<boolean> {
    return movePart(this.pool, reply.workspaceId, part.id, from, to, reason.slice(0, 500));
  }

  /** Shows "typing" for a human moment; false when aborted. Failing to show it never matters. */
  private async showTyping(route: Route, part: PartRow, abort: AbortSignal): Promise<boolean> {
    const delayMs = typingDelay(part.text);
    void this.gateway
      .sendPresence(route.instanceName, { address: part.address, presence: 'composing', delayMs })
      .catch((error: unknown) => this.logger.debug({ err: error }, 'typing not shown'));
    return sleep(delayMs, true, { signal: abort }).catch(() => false);
  }
}
