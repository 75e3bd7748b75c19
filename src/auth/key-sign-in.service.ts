import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import { AppError } from '../common/app-error.js';
import type { SignedIn } from '../common/auth.decorators.js';
import { hashSecret } from '../common/hash-secret.js';
import { CONFIG, type RuntimeConfig } from '../config.js';
import { LimitsService } from '../limits/limits.service.js';
import { POOL } from '../prisma/database.pool.js';
import { findGoodKey, noteKeyUse } from './api-keys.queries.js';

/** Programs that sign in with an API key. */
@Injectable()
export class KeySignInService {
  private readonly count: (keyId: string, nowMs: number) => Promise<void>;

  constructor(
    @Inject(POOL) private readonly pool: Pool,
    @Inject(CONFIG) config: RuntimeConfig,
    limits: LimitsService,
  ) {
    this.count = limits.allowance({ name: 'api-key', points: config.apiRatePerMinute, seconds: 60 });
  }

  /** Who a key speaks for. @throws UNAUTHORIZED, always the same; TOO_MANY_REQUESTS with the wait */
  async verify(key: string): Promise<SignedIn> {
    const good = await findGoodKey(this.pool, hashSecret(key));
    if (!good) throw new AppError('UNAUTHORIZED');
    await this.count(good.id, Date.now());
    if (good.isStale) await noteKeyUse(this.pool, good);
    return { userId: good.createdById, apiKey: { id: good.id, workspaceId: good.workspaceId } };
  }
}
