import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import { AppError } from '../common/app-error.js';
import { LOGGER } from '../common/logger.js';
import { POOL } from '../prisma/database.pool.js';
import { Allowance } from './allowance.js';
import { sweepLimits } from './limits.queries.js';

/** How many points a key has, and for how long they are counted from the first one on. */
export interface Limit {
  readonly name: string;
  readonly points: number;
  readonly seconds: number;
}

const SWEEP_MS = 60_000;
/** The clocks of two processes are never further apart. */
const CLOCK_SKEW_MS = 60_000;
const RETRY_AFTER_SECONDS = 2;

/** Rate limits that all processes on one database hold together. */
@Injectable()
export class LimitsService implements OnModuleInit, OnApplicationShutdown {
  private readonly limiters = new Map<string, RateLimiterPostgres>();
  private sweeper: NodeJS.Timeout | undefined;

  constructor(
    @Inject(POOL) private readonly pool: Pool,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    this.sweeper = setInterval(() => void this.sweep(), SWEEP_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.sweeper);
  }

  /** Counts one. @throws TOO_MANY_REQUESTS with the wait, TEMPORARILY_UNAVAILABLE when nobody can count */
  async take(limit: Limit, key: string): Promise<void> {
    try {
      await this.limiterOf(limit).consume(key);
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes)) throw this.unavailable(refused);
      throw tooMany('Too many attempts; wait before the next one', refused.msBeforeNext);
    }
  }

  /** Takes one count back. */
  async giveBack(limit: Limit, key: string): Promise<void> {
    await this.limiterOf(limit)
      .reward(key)
      .catch((error: unknown) => this.logger.warn({ err: error }, 'a count was not given back'));
  }

  /** Begins to count this key anew. */
  async forget(limit: Limit, key: string): Promise<void> {
    await this.limiterOf(limit)
      .delete(key)
      .catch((error: unknown) => this.logger.warn({ err: error }, 'a count was not forgotten'));
  }

  /** Something that happens far more often than a database should be asked; @see Allowance */
  allowance(limit: Limit): (key: string, nowMs: number) => Promise<void> {
    // Each window has an account of its own, and outlives it: clocks differ a little.
    const limiter = this.limiterOf({ ...limit, seconds: limit.seconds * 2 });
    const allowance = new Allowance(limit.points, limit.seconds * 1_000, (account, points) =>
      limiter.consume(account, points).then(
        () => true,
        (refused: unknown) => {
          if (refused instanceof RateLimiterRes) return false;
          this.logger.warn({ err: refused, limit: limit.name }, 'a limit is held by this process alone');
          throw refused;
        },
      ),
    );
    return async (key, nowMs) => {
      const waitMs = await allowance.take(key, nowMs);
      if (waitMs > 0) throw tooMany('Too many requests; wait before the next one', waitMs);
    };
  }

  private async sweep(): Promise<void> {
    await sweepLimits(this.pool, Date.now() - CLOCK_SKEW_MS).catch((error: unknown) =>
      this.logger.warn({ err: error }, 'ended counters were not swept'),
    );
  }

  private limiterOf({ name, points, seconds }: Limit): RateLimiterPostgres {
    let limiter = this.limiters.get(name);
    if (!limiter) {
      limiter = new RateLimiterPostgres({
        storeClient: this.pool,
        storeType: 'pool',
        tableName: 'rate_limits',
        tableCreated: true,
        // Its own sweep begins a timer for each limiter and ends none.
        clearExpiredByTimeout: false,
        keyPrefix: name,
        points,
        duration: seconds,
      });
      this.limiters.set(name, limiter);
    }
    return limiter;
  }

  /** A limit that cannot count must not let pass: whoever stops the database would get endless guesses. */
  private unavailable(cause: unknown): AppError {
    this.logger.error({ err: cause }, 'an attempt could not be counted');
    return new AppError('TEMPORARILY_UNAVAILABLE', 'Try again shortly.', {
      retryAfterSeconds: RETRY_AFTER_SECONDS,
      cause,
    });
  }
}

const tooMany = (detail: string, waitMs: number) =>
  new AppError('TOO_MANY_REQUESTS', detail, { retryAfterSeconds: waitMs / 1_000 });
