import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { LOGGER } from '../common/logger.js';
import { CONFIG, type RuntimeConfig } from '../config.js';
import { POOL } from '../prisma/database.pool.js';
import { PrismaService } from '../prisma/prisma.service.js';
import { runAlone } from '../prisma/run-alone.queries.js';
import { eraseWorkspace, findErasable } from '../workspaces/erase-workspace.queries.js';
import { InstancesService } from './instances.service.js';

const INTERVAL_MS = 3_600_000;
/** "tawk" + 2: any number nobody else locks will do. */
const SWEEP_LOCK = 0x7461776b02;

/**
 * Erases workspaces that were deleted more than 30 days ago. It stands here and not in `workspaces` because the gateway
 * comes first: a number whose channel is gone would stay linked to somebody's phone with nobody left to unlink it.
 */
@Injectable()
export class WorkspaceSweepService implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<unknown> = Promise.resolve();
  private isStopped = false;

  constructor(
    private readonly prisma: PrismaService,
    private readonly instances: InstancesService,
    @Inject(POOL) private readonly pool: Pool,
    @Inject(CONFIG) private readonly config: RuntimeConfig,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.role === 'api') return;
    const go = () => {
      this.running = this.sweep();
    };
    this.timer = setInterval(go, INTERVAL_MS).unref();
    go();
  }

  async onApplicationShutdown(): Promise<void> {
    this.isStopped = true;
    clearInterval(this.timer);
    await this.running;
  }

  /** One round, unless another process is at it; answers the workspaces that are gone now. Never throws. */
  async sweep(): Promise<string[]> {
    const erased: string[] = [];
    try {
      await runAlone(this.pool, SWEEP_LOCK, async () => {
        for (const workspaceId of await findErasable(this.pool)) {
          if (this.isStopped) return;
          if (await this.erase(workspaceId)) erased.push(workspaceId);
        }
      });
    } catch (error) {
      this.logger.warn({ err: error }, 'deleted workspaces could not be swept; trying again in an hour');
    }
    return erased;
  }

  /** False when the gateway or the database did not let us finish: the next round tries again. */
  private async erase(workspaceId: string): Promise<boolean> {
    try {
      const where = { workspaceId, instanceName: { not: null } };
      for (const { instanceName } of await this.prisma.channel.findMany({ where })) {
        if (instanceName !== null) await this.instances.remove(instanceName);
      }
      await eraseWorkspace(this.pool, workspaceId);
      this.logger.info({ workspace: workspaceId }, 'a deleted workspace was erased for good');
      return true;
    } catch (error) {
      this.logger.warn({ err: error, workspace: workspaceId }, 'a deleted workspace could not be erased yet');
      return false;
    }
  }
}
