import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { LOGGER } from '../common/logger.js';
import { POOL } from '../prisma/database.pool.js';
import { type Pulse, recordPulses } from './channels.queries.js';

/** A number's row is written at most once in this time, however much it says. */
const REST_MS = 60_000;
/** What many numbers say at one time is one statement. */
const GATHER_MS = 1_000;

/** Remembers when each number was last heard of, at next to no cost for the messages themselves. */
@Injectable()
export class ChannelPulseService implements OnApplicationShutdown {
  private readonly pending = new Map<string, Pulse>();
  private readonly writtenAt = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(POOL) private readonly pool: Pool,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** A number said something; `spoken`: somebody wrote, as opposed to a receipt or an echo. */
  note(workspaceId: string, channelId: string, spoken: boolean): void {
    const key = `${channelId} ${spoken}`;
    const now = performance.now();
    if (this.pending.has(key) || now - (this.writtenAt.get(key) ?? Number.NEGATIVE_INFINITY) < REST_MS) return;
    this.pending.set(key, { workspaceId, channelId, spoken });
    this.timer ??= setTimeout(() => void this.flush(), GATHER_MS).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearTimeout(this.timer);
    await this.flush();
  }

  /** Writes what has gathered. What cannot be written is said again with the next event. */
  private async flush(): Promise<void> {
    this.timer = undefined;
    const pulses = [...this.pending.values()];
    if (pulses.length === 0) return;
    for (const key of this.pending.keys()) this.writtenAt.set(key, performance.now());
    this.pending.clear();
    const spoken = new Set(pulses.filter((p) => p.spoken).map((p) => p.channelId));
    const distinct = pulses.filter((p) => p.spoken || !spoken.has(p.channelId));
    await recordPulses(this.pool, distinct).catch((error: unknown) => {
      for (const { channelId, spoken } of pulses) this.writtenAt.delete(`${channelId} ${spoken}`);
      this.logger.debug({ err: error }, 'pulses not written');
    });
  }
}
