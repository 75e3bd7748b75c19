import { Inject, Injectable, OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { v7 as uuid7 } from 'uuid';
import { dropStaleStatuses, settleParkedStatuses } from '../chats/outbox.queries.js';
import { LOGGER } from '../common/logger.js';
import { CONFIG, type RuntimeConfig } from '../config.js';
import { SEND, TAKEN, TURN, WakeupsService } from '../jobs/wakeups.service.js';
import { POOL } from '../prisma/database.pool.js';
import { settleParkedChanges } from './inbound-changes.queries.js';
import { ReplyService } from './reply.service.js';
import {
  type ClaimedTurn,
  claimDueTurns,
  claimSends,
  heartbeat,
  reclaimTurns,
  releaseAllOwners,
  releaseOwner,
} from './turns.queries.js';

const CLAIM_SIZE = 200;
/** The backstop where a wake-up was lost. */
const POLL_MS = 250;
const RECLAIM_MS = 1_000;
/** How long an edit stays unseen at most that was stored in the same instant as its message. */
const PARKED_MS = 60_000;
/** The same of a delivery receipt, which somebody may be waiting to see. */
const RECEIPTS_MS = 5_000;
/** A lease outlives this many heartbeats that fail or come late. */
const HEARTBEATS_PER_LEASE = 4;
const HOUSEKEEPING_MS = 3_600_000;
/** What finishes within this after SIGTERM finishes; the rest is released for another worker. */
const DRAIN_MS = 12_000;
/** A part in flight is waited for a little longer: its outcome is worth knowing. */
const ABORTED_MS = 5_000;

/** Claims due turns and runs many at once: they mostly wait for the model. One per process. */
@Injectable()
export class WorkerService implements OnApplicationBootstrap, OnModuleDestroy {
  readonly id = uuid7();
  private readonly running = new Map<string, { work: Promise<void>; turn: ClaimedTurn; stop: AbortController }>();
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly wakeTimes = new Set<number>();
  private readonly abort = new AbortController();
  private stopping = false;
  private ticking = false;
  private tickAgain = false;
  /** Sends are looked for when somebody says so and once per poll, not with every turn that ends. */
  private sendsMayWait = true;
  private stopListening: () => void = () => undefined;

  constructor(
    @Inject(CONFIG) private readonly config: RuntimeConfig,
    @Inject(POOL) private readonly pool: Pool,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly wakeups: WakeupsService,
    private readonly replies: ReplyService,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (this.config.role === 'api') return;
    if (this.config.exclusiveDatabase) await releaseAllOwners(this.pool);
    await this.beat();
    const stopTurns = this.wakeups.on(TURN, (dueInMs) => this.wakeIn(Number(dueInMs) || 0));
    const stopSends = this.wakeups.on(SEND, () => void this.lookForSends());
    const stopTaken = this.wakeups.on(TAKEN, (chatId) => this.dropVoid(chatId));
    this.stopListening = () => {
      stopTurns();
      stopSends();
      stopTaken();
    };
    this.every(POLL_MS, () => this.lookForSends());
    this.every(RECLAIM_MS, () => this.reclaim());
    this.every((this.config.leaseSeconds * 1_000) / HEARTBEATS_PER_LEASE, () => this.beat());
    this.every(HOUSEKEEPING_MS, () => dropStaleStatuses(this.pool));
    this.every(PARKED_MS, () => settleParkedChanges(this.pool));
    this.every(RECEIPTS_MS, () => settleParkedStatuses(this.pool));
    void this.tick();
    void this.guard(() => this.reclaim());
  }

  /** Stops claiming, lets running turns finish, releases the rest. At most 25 s. */
  async onModuleDestroy(): Promise<void> {
    if (this.config.role === 'api') return;
    this.stopping = true;
    this.stopListening();
    const drained = Promise.all([...this.running.values()].map((one) => one.work));
    await Promise.race([drained, delay(DRAIN_MS)]);
    this.abort.abort();
    await Promise.race([drained, delay(ABORTED_MS)]);
    for (const timer of this.timers) clearInterval(timer);
    await this.guard(() => releaseOwner(this.pool, this.id));
  }

  private every(ms: number, work: () => Promise<void>): void {
    let busy = false;
    const timer = setInterval(() => {
      if (busy) return;
      busy = true;
      void this.guard(work).finally(() => {
        busy = false;
      });
    }, ms);
    this.timers.add(timer);
  }

  /** Ticks at the moment a turn falls due; neighbouring moments share a tick. */
  private wakeIn(ms: number): void {
    if (ms <= 0) {
      void this.tick();
      return;
    }
    const at = Math.ceil((performance.now() + ms + 2) / 10) * 10;
    if (this.wakeTimes.has(at)) return;
    this.wakeTimes.add(at);
    setTimeout(() => {
      this.wakeTimes.delete(at);
      void this.tick();
    }, at - performance.now()).unref();
  }

  /** Claims until nothing is due or all hands are full. One at a time; a call meanwhile means: once more. */
  private async tick(): Promise<void> {
    if (this.ticking) {
      this.tickAgain = true;
      return;
    }
    this.ticking = true;
    try {
      do {
        this.tickAgain = false;
        const free = Math.min(CLAIM_SIZE, this.config.workerConcurrency - this.running.size);
        if (this.stopping || free <= 0) break;
        if (this.sendsMayWait) {
          this.sendsMayWait = false;
          for (const send of await claimSends(this.pool, this.id, free, this.config.leaseSeconds)) this.start(send);
        }
        const turns = await claimDueTurns(this.pool, this.id, free, this.config.leaseSeconds);
        for (const turn of turns) this.start(turn);
        if (turns.length === free) this.tickAgain = true;
      } while (this.tickAgain);
    } catch (error) {
      this.logger.warn({ err: error }, 'turns not claimed; trying again');
    } finally {
      this.ticking = false;
    }
  }

  private lookForSends(): Promise<void> {
    this.sendsMayWait = true;
    return this.tick();
  }

  private async reclaim(): Promise<void> {
    const free = Math.min(CLAIM_SIZE, this.config.workerConcurrency - this.running.size);
    if (this.stopping || free <= 0) return;
    const turns = await reclaimTurns(this.pool, this.id, free, this.config.leaseSeconds);
    for (const turn of turns) this.start(turn);
  }

  private beat(): Promise<void> {
    return heartbeat(this.pool, this.id, [...this.running.keys()], this.config.leaseSeconds);
  }

  /** A person acted: what the agent thinks in that chat is void, and no tool of it may begin. */
  private dropVoid(chatId: string): void {
    for (const { turn, stop } of this.running.values()) {
      if (turn.chatId === chatId && turn.kind === 'ANSWER' && turn.state === 'THINKING') stop.abort();
    }
  }

  private start(turn: ClaimedTurn): void {
    const stop = new AbortController();
    const work = this.replies
      .run(turn, AbortSignal.any([this.abort.signal, stop.signal]))
      .catch((error: unknown) => {
        // Not even its end could be written: without heartbeats the lease runs out, and the turn is resumed.
        this.logger.error({ err: error, turn: turn.id }, 'turn interrupted; it will be resumed');
      })
      .finally(() => {
        this.running.delete(turn.id);
        void (turn.kind === 'SEND' ? this.lookForSends() : this.tick());
      });
    this.running.set(turn.id, { work, turn, stop });
  }

  private guard(work: () => Promise<void>): Promise<void> {
    return work().catch((error: unknown) => {
      this.logger.warn({ err: error }, 'worker housekeeping failed; trying again');
    });
  }
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
