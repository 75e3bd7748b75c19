import { Controller, Get, Inject } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Pool } from 'pg';
import { z } from 'zod';
import { Answers } from '../common/answer.decorators.js';
import { AppError } from '../common/app-error.js';
import { Public } from '../common/auth.decorators.js';
import { Describe } from '../common/describe.decorators.js';
import { CONFIG, type RuntimeConfig } from '../config.js';
import { hasLiveWorker } from '../conversations/turns.queries.js';
import { POOL } from '../prisma/database.pool.js';
import { pendingMigrations } from '../prisma/migration.runner.js';

const Health = z.object({ status: z.literal('ok') });

/** Whether this process lives, and whether the system can do its work. */
@ApiTags('health')
@Public()
@Controller('health')
export class HealthController {
  constructor(
    @Inject(POOL) private readonly pool: Pool,
    @Inject(CONFIG) private readonly config: RuntimeConfig,
  ) {}

  @Get('live')
  @Describe('Whether the process lives')
  @Answers(Health)
  live() {
    return { status: 'ok' };
  }

  @Get('ready')
  @Describe('Whether the system can do its work', { errors: ['TEMPORARILY_UNAVAILABLE'] })
  @Answers(Health)
  async ready() {
    const problem = await this.problem();
    if (problem) throw new AppError('TEMPORARILY_UNAVAILABLE', problem, { retryAfterSeconds: 5 });
    return { status: 'ok' };
  }

  private async problem(): Promise<string | undefined> {
    try {
      const pending = await pendingMigrations(this.pool);
      if (pending.length > 0) return 'The database is being migrated.';
      return (await hasLiveWorker(this.pool, this.config.leaseSeconds))
        ? undefined
        : 'No worker has been seen lately; messages wait.';
    } catch {
      return 'The database does not answer.';
    }
  }
}
