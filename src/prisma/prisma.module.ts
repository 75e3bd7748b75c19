import { Global, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import pg from 'pg';
import { CONFIG, type RuntimeConfig } from '../config.js';
import { createPool, POOL } from './database.pool.js';
import { PrismaService } from './prisma.service.js';

/** The shared pool and Prisma on it, for every module; nothing connects before the first query. */
@Global()
@Module({
  providers: [
    {
      provide: POOL,
      inject: [CONFIG],
      useFactory: (config: RuntimeConfig) =>
        createPool(config.databaseUrl, config.databasePoolSize, config.databaseAnswerSeconds * 1_000),
    },
    { provide: PrismaService, inject: [POOL], useFactory: (pool: pg.Pool) => new PrismaService(pool) },
  ],
  exports: [POOL, PrismaService],
})
export class PrismaModule implements OnApplicationShutdown {
  constructor(
    @Inject(POOL) private readonly pool: pg.Pool,
    private readonly prisma: PrismaService,
  ) {}

  /** The last hook of Nest's shutdown: whoever still writes does so in the hooks before it. */
  async onApplicationShutdown(): Promise<void> {
    await this.prisma.$disconnect();
    await this.pool.end();
  }
}
