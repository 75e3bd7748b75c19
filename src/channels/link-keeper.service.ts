import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { LOGGER } from '../common/logger.js';
import { CONFIG, type RuntimeConfig } from '../config.js';
import { POOL } from '../prisma/database.pool.js';
import { runAlone } from '../prisma/run-alone.queries.js';
import { ChannelStateService } from './channel-state.service.js';
import { type ClosedChannel, findClosed } from './channels.queries.js';
import { InstancesService } from './instances.service.js';
import { isMendable } from './next-connection.js';
import { nextReconnect } from './next-reconnect.js';

const LOOK_MS = 30_000;
/** A number of our own for the lock that lets one process do this at a time. */
const LOCK = 72_707_371;

/** Connects dropped numbers again, ever less often. Those that WhatsApp has logged out or blocked it leaves alone. */
@Injectable()
export class LinkKeeperService implements OnApplicationBootstrap, OnApplicationShutdown {
  /** How often each was tried since it was last connected, and when the next time is (ms since 1970). */
  private readonly tried = new Map<string, { attempts: number; nextAt: number }>();
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> = Promise.resolve();

  constructor(
    private readonly instances: InstancesService,
    private readonly state: ChannelStateService,
    @Inject(POOL) private readonly pool: Pool,
    @Inject(CONFIG) private readonly config: RuntimeConfig,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.role === 'worker') return;
    this.timer = setInterval(() => {
      this.looking = this.look(Date.now());
    }, LOOK_MS).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.looking;
  }

  /** One round over all dropped numbers, as of `nowMs`. Never throws. */
  async look(nowMs: number): Promise<void> {
    await runAlone(this.pool, LOCK, async () => {
      const closed = (await findClosed(this.pool)).filter(isMendable);
      const ids = new Set(closed.map((channel) => channel.id));
      for (const id of this.tried.keys()) if (!ids.has(id)) this.tried.delete(id);
      for (const channel of closed) await this.mend(channel, nowMs);
    }).catch((error: unknown) => this.logger.warn({ err: error }, 'dropped numbers not looked for; trying again'));
  }

  private async mend(channel: ClosedChannel, nowMs: number): Promise<void> {
    const { workspaceId, id } = channel;
    const { attempts, nextAt } = this.tried.get(id) ?? { attempts: 0, nextAt: this.after(0, channel.closedMs) };
    if (nowMs < nextAt) {
      this.tried.set(id, { attempts, nextAt });
      return;
    }
    this.tried.set(id, { attempts: attempts + 1, nextAt: this.after(attempts + 1, nowMs) });
    try {
      const answer = await this.instances.connect(channel);
      if (answer.state === 'open') await this.state.applyConnection(workspaceId, id, { state: 'open', reason: null });
      // A code: the session is gone, and somebody has to scan.
      else if (answer.code !== null) await this.state.applyFreshQr(workspaceId, id, { ...answer, code: answer.code });
    } catch (error) {
      this.logger.debug({ err: error, channel: id, attempts }, 'dropped number not connected; trying again');
    }
  }

  private after(attempts: number, fromMs: number): number {
    return fromMs + (nextReconnect(attempts, Math.random()) ?? Number.POSITIVE_INFINITY);
  }
}
