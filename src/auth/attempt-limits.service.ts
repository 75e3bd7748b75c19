import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { AppError } from '../common/app-error.js';
import { CONFIG, type RuntimeConfig } from '../config.js';

const QUARTER_HOUR_SECONDS = 15 * 60;

/**
 * How often somebody may try to sign in or up. Counted in this process; a store shared by several processes takes the
 * place of the memory behind the same three limiters.
 */
@Injectable()
export class AttemptLimitsService {
  private readonly perAccount: RateLimiterAbstract;
  private readonly perAddress: RateLimiterAbstract;
  private readonly registrations: RateLimiterAbstract;

  constructor(@Inject(CONFIG) config: RuntimeConfig) {
    this.perAccount = new RateLimiterMemory({ keyPrefix: 'account', points: 5, duration: QUARTER_HOUR_SECONDS });
    this.perAddress = new RateLimiterMemory({ keyPrefix: 'address', points: 20, duration: QUARTER_HOUR_SECONDS });
    this.registrations = new RateLimiterMemory({
      keyPrefix: 'register',
      points: config.nodeEnv === 'production' ? 20 : 10_000,
      duration: 3_600,
    });
  }

  /**
   * Runs a sign-in, of which only failures count: 5 an account and 20 an address in 15 minutes. The attempt is counted
   * before it runs and given back when it succeeds, so that parallel guesses cannot slip past the count.
   * @throws TOO_MANY_REQUESTS with the wait
   */
  async login<T>(address: string, email: string, attempt: () => Promise<T>): Promise<T> {
    const account = createHash('sha256').update(email).digest('base64url');
    await this.take(this.perAddress, address);
    await this.take(this.perAccount, account);
    const result = await attempt();
    await Promise.all([this.perAddress.reward(address), this.perAccount.delete(account)]);
    return result;
  }

  /** Counts a registration. @throws TOO_MANY_REQUESTS with the wait */
  async registration(address: string): Promise<void> {
    await this.take(this.registrations, address);
  }

  private async take(limiter: RateLimiterAbstract, key: string): Promise<void> {
    await limiter.consume(key).catch((refused: unknown) => {
      if (!(refused instanceof RateLimiterRes)) throw refused;
      const retryAfterSeconds = refused.msBeforeNext / 1000;
      throw new AppError('TOO_MANY_REQUESTS', 'Too many attempts; wait before the next one', { retryAfterSeconds });
    });
  }
}
