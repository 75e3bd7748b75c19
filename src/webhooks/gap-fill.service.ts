import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { type FillableChannel, findFillable, findUnfilled, markFilled } from '../channels/channels.queries.js';
import { DeafChannelService } from '../channels/deaf-channel.service.js';
import { LOGGER } from '../common/logger.js';
import { CONFIG, type RuntimeConfig } from '../config.js';
import { EvolutionApiClient } from '../evolution-api/evolution-api.client.js';
import { POOL } from '../prisma/database.pool.js';
import { runAlone } from '../prisma/run-alone.queries.js';
import type { KnockingChannel } from './evolution-door.service.js';
import { InboundService } from './inbound.service.js';
import { judgeDeaf } from './judge-deaf.js';
import { planFill } from './plan-fill.js';

const PAGE_SIZE = 100;
/** Per number and run; the next one goes on from there. */
const MOST_PAGES = 20;
const LOOK_MS = 60_000;
/** How often each number is compared when nothing happens to it. */
const EVERY_SECONDS = 15 * 60;
/** A number that was not compared for so long when we start has missed something: the gateway forgets after 20 minutes. */
const DOWNTIME_SECONDS = 5 * 60;
const NUMBERS_PER_ROUND = 200;

/**
 * Finds what the gateway has and we do not: it keeps undelivered events for some twenty minutes, in memory. Runs when a
 * number connects, when we come back, and every quarter of an hour. `filled_until` moves only over what is stored.
 */
@Injectable()
export class GapFillService implements OnApplicationBootstrap, OnApplicationShutdown {
  /** Since when we listen; a test moves it back. */
  upSinceMs = Date.now();
  private readonly wanted = new Map<string, KnockingChannel>();
  private running: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private isStopped = false;

  constructor(
    private readonly inbound: InboundService,
    private readonly gateway: EvolutionApiClient,
    private readonly deaf: DeafChannelService,
    @Inject(POOL) private readonly pool: Pool,
    @Inject(CONFIG) private readonly config: RuntimeConfig,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.role === 'worker') return;
    this.inbound.whenOpened = (channel) => this.want(channel);
    this.timer = setInterval(() => void this.lookFor(EVERY_SECONDS), LOOK_MS).unref();
    void this.lookFor(DOWNTIME_SECONDS);
  }

  async onApplicationShutdown(): Promise<void> {
    this.isStopped = true;
    clearInterval(this.timer);
    await this.running;
  }

  /** Compares this number soon; many calls meanwhile are one. */
  want(channel: KnockingChannel): void {
    this.wanted.set(channel.channelId, channel);
    this.begin();
  }

  /** Wants all numbers that were not compared for so long. Never throws. */
  async lookFor(seconds: number): Promise<void> {
    try {
      for (const channel of await findUnfilled(this.pool, seconds, NUMBERS_PER_ROUND)) this.want(channel);
    } catch (error) {
      this.logger.warn({ err: error }, 'numbers to compare with the gateway not found; trying again');
    }
  }

  private begin(): void {
    this.running ??= this.run().finally(() => {
      this.running = undefined;
      if (this.wanted.size > 0 && !this.isStopped) this.begin();
    });
  }

  private async run(): Promise<void> {
    for (const [id, channel] of this.wanted) {
      if (this.isStopped) return;
      this.wanted.delete(id);
      await this.fill(channel).catch((error: unknown) => {
        this.logger.warn({ err: error, channel: id }, 'number not compared with the gateway; trying again');
      });
    }
  }

  /** One number, in one process at a time. */
  private async fill({ workspaceId, channelId }: KnockingChannel): Promise<void> {
    await runAlone(this.pool, lockOf(channelId), async () => {
      const channel = await findFillable(this.pool, workspaceId, channelId);
      if (!channel) return;
      const missedMs: number[] = [];
      await this.compare(channel, missedMs);
      if (judgeDeaf({ ...channel, missedMs, upSinceMs: this.upSinceMs })) await this.deaf.heal(channel);
    });
  }

  /** Oldest page first, so that what is marked as compared is one stretch without holes. Adds to `missedMs`. */
  private async compare(channel: FillableChannel, missedMs: number[]): Promise<void> {
    const { workspaceId, channelId, instanceName, ownJid } = channel;
    const window = planFill(channel);
    const { pages } = await this.gateway.findPage(instanceName, { ...window, page: 1, size: PAGE_SIZE });
    for (let page = pages, n = 0; page >= 1 && n < MOST_PAGES; page--, n++) {
      if (this.isStopped) return;
      const { records } = await this.gateway.findPage(instanceName, { ...window, page, size: PAGE_SIZE });
      const found = await Promise.all(records.map((record) => this.inbound.takeFound(channel, record, ownJid)));
      missedMs.push(...records.filter((_, i) => found[i] === 'missed').map((record) => secondsOf(record) * 1_000));
      const open = records.filter((_, i) => found[i] === 'unsettled').map(secondsOf);
      if (open.length > 0) return markFilled(this.pool, workspaceId, channelId, Math.min(...open) * 1_000 - 1_000);
      const newest = Math.max(...records.map(secondsOf), 0) * 1_000;
      const until = page === 1 ? window.toMs : Math.min(newest, window.toMs);
      await markFilled(this.pool, workspaceId, channelId, until);
    }
    if (pages === 0) await markFilled(this.pool, workspaceId, channelId, window.toMs);
  }
}

/** The random end of the id, as a number that is exact. */
const lockOf = (id: string) => Number.parseInt(id.replaceAll('-', '').slice(-12), 16);

/** A record's time in seconds; 0, the safe side, where it cannot be read. */
function secondsOf(record: unknown): number {
  const at = Number((record as { messageTimestamp?: unknown } | null)?.messageTimestamp);
  return Number.isFinite(at) ? at : 0;
}
