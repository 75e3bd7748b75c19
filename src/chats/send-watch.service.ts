import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { pauseProactive } from '../channels/channels.queries.js';
import { LOGGER } from '../common/logger.js';
import { CONFIG, type RuntimeConfig } from '../config.js';
import { POOL } from '../prisma/database.pool.js';
import { inTransaction } from '../prisma/transaction.queries.js';
import { tellPeople } from '../workspaces/notices.queries.js';
import { findStuckChannels, type StuckChannel } from './outbox.queries.js';

const LOOK_MS = 60_000;
/** One may be a customer's odd phone; several are the number. */
const MOST_STUCK = 3;
const STUCK_SECONDS = 120;
const PAUSE_SECONDS = 3_600;

/**
 * Looks for numbers whose messages leave the gateway and go nowhere: a dead link that still says "open", or a number that
 * WhatsApp has restricted. To write to strangers from it makes things worse, so that pauses; answers go on.
 */
@Injectable()
export class SendWatchService implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> = Promise.resolve();

  constructor(
    @Inject(POOL) private readonly pool: Pool,
    @Inject(CONFIG) private readonly config: RuntimeConfig,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.role === 'api') return;
    this.timer = setInterval(() => {
      this.looking = this.look();
    }, LOOK_MS).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.looking;
  }

  /** One round over all numbers. Never throws. */
  async look(): Promise<void> {
    try {
      for (const channel of await findStuckChannels(this.pool, MOST_STUCK, STUCK_SECONDS)) await this.report(channel);
    } catch (error) {
      this.logger.warn({ err: error }, 'stuck sends not looked for; trying again');
    }
  }

  private async report({ workspaceId, channelId, stuck, refused }: StuckChannel): Promise<void> {
    const problem = refused >= MOST_STUCK ? 'sends_refused' : 'sends_stuck';
    await inTransaction(this.pool, async (tx) => {
      const isNews = await pauseProactive(tx, { workspaceId, channelId }, PAUSE_SECONDS, problem);
      const details = { stuck, refused };
      if (isNews) await tellPeople(tx, { workspaceId, kind: `channel.${problem}`, channelId, details });
    });
  }
}
