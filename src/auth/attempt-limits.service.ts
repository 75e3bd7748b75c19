import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type RuntimeConfig } from '../config.js';
import { groupAddress } from '../limits/group-address.js';
import { type Limit, LimitsService } from '../limits/limits.service.js';

const QUARTER_HOUR_SECONDS = 15 * 60;
const HOUR_SECONDS = 3_600;

const LOGIN_BY_ACCOUNT: Limit = { name: 'login-account', points: 5, seconds: QUARTER_HOUR_SECONDS };
const LOGIN_BY_ADDRESS: Limit = { name: 'login-address', points: 20, seconds: QUARTER_HOUR_SECONDS };
/**
 * A stranger can use these up, but not keep somebody out with them: the links of the mails they asked for live for
 * longer than this window, and one of them ends the block of the account.
 */
const MAILS_BY_ACCOUNT: Limit = { name: 'mail-account', points: 3, seconds: QUARTER_HOUR_SECONDS };
const NOTICES_BY_ACCOUNT: Limit = { name: 'notice-account', points: 1, seconds: HOUR_SECONDS };

/** How often somebody may try to sign in or up, or have mails sent: counted for all processes together. */
@Injectable()
export class AttemptLimitsService {
  private readonly registrations: Limit;
  private readonly mailsByAddress: Limit;

  constructor(
    private readonly limits: LimitsService,
    @Inject(CONFIG) config: RuntimeConfig,
  ) {
    const points = config.nodeEnv === 'production' ? 20 : 10_000;
    this.registrations = { name: 'register', points, seconds: HOUR_SECONDS };
    this.mailsByAddress = { name: 'mail-address', points, seconds: HOUR_SECONDS };
  }

  /**
   * Runs a check of a password, of which only failures count: 5 an account and 20 an address in 15 minutes. The attempt
   * is counted before it runs and given back when it succeeds, so that parallel guesses cannot slip past the count.
   * @throws TOO_MANY_REQUESTS with the wait
   */
  async login<T>(address: string, email: string, attempt: () => Promise<T>): Promise<T> {
    const from = groupAddress(address);
    await this.limits.take(LOGIN_BY_ADDRESS, from);
    await this.limits.take(LOGIN_BY_ACCOUNT, accountOf(email));
    const result = await attempt();
    await Promise.all([this.limits.giveBack(LOGIN_BY_ADDRESS, from), this.forgive(email)]);
    return result;
  }

  /** Ends the block of an account whose owner has just proven to be one. */
  async forgive(email: string): Promise<void> {
    await this.limits.forget(LOGIN_BY_ACCOUNT, accountOf(email));
  }

  /** Counts a registration. @throws TOO_MANY_REQUESTS with the wait */
  async registration(address: string): Promise<void> {
    await this.limits.take(this.registrations, groupAddress(address));
  }

  /** Counts a mail somebody asks for, whether or not the address has an account. @throws TOO_MANY_REQUESTS with the wait */
  async mail(address: string, email: string): Promise<void> {
    await this.limits.take(this.mailsByAddress, groupAddress(address));
    await this.limits.take(MAILS_BY_ACCOUNT, accountOf(email));
  }

  /** Whether an account may be told now what a stranger caused; once an hour is enough. */
  async mayNotify(email: string): Promise<boolean> {
    return this.limits.take(NOTICES_BY_ACCOUNT, accountOf(email)).then(
      () => true,
      () => false,
    );
  }
}

/** The table of counters names nobody. */
const accountOf = (email: string) => createHash('sha256').update(email).digest('base64url');
