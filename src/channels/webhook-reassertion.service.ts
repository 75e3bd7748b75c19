import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { LOGGER } from '../common/logger.js';
import { CONFIG, type RuntimeConfig } from '../config.js';
import { EvolutionApiClient, WEBHOOK_EVENTS } from '../evolution-api/evolution-api.client.js';
import { GatewayError } from '../evolution-api/gateway-error.js';
import { POOL } from '../prisma/database.pool.js';
import { PrismaService } from '../prisma/prisma.service.js';
import { webhookAddress, webhookMark } from './address-webhook.js';
import { findMovedWebhooks, type MovedWebhook } from './channels.queries.js';

const RETRY_MS = 60_000;

/** After a change of PUBLIC_URL, or of the events we use, sets every instance's webhook anew; keeps trying those that failed. */
@Injectable()
export class WebhookReassertionService implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private isStopped = false;

  constructor(
    private readonly prisma: PrismaService,
    private readonly gateway: EvolutionApiClient,
    @Inject(POOL) private readonly pool: Pool,
    @Inject(CONFIG) private readonly config: RuntimeConfig,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Not awaited: a gateway that is down must not keep us from starting. */
  onApplicationBootstrap(): void {
    if (this.config.role !== 'worker') this.running = this.run();
  }

  async onApplicationShutdown(): Promise<void> {
    this.isStopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  /** One round over all channels; answers how many are left to do. Never throws. */
  async reassert(): Promise<number> {
    const moved = await findMovedWebhooks(this.pool, this.config.publicUrl, WEBHOOK_EVENTS).catch((error: unknown) => {
      this.logger.warn({ err: error }, 'webhook addresses could not be compared');
      return undefined;
    });
    if (!moved) return 1;
    let left = 0;
    for (const webhook of moved) {
      if (this.isStopped) return left;
      if (!(await this.move(webhook))) left++;
    }
    return left;
  }

  private async run(): Promise<void> {
    if ((await this.reassert()) === 0 || this.isStopped) return;
    this.timer = setTimeout(() => {
      this.running = this.run();
    }, RETRY_MS).unref();
  }

  /** True when nothing is left to do; an instance the gateway lost is created anew when its QR code is asked for. */
  private async move({ workspaceId, channelId, instanceName }: MovedWebhook): Promise<boolean> {
    const url = webhookAddress(this.config.publicUrl, workspaceId, channelId);
    try {
      // Without headers: the gateway keeps the secret it has, which is known nowhere else.
      await this.gateway.setWebhook(instanceName, { url, events: WEBHOOK_EVENTS });
      await this.prisma.channel.updateMany({
        where: { workspaceId, id: channelId },
        data: { webhookUrl: webhookMark(url, WEBHOOK_EVENTS) },
      });
      return true;
    } catch (error) {
      this.logger.warn({ err: error, channel: channelId }, 'the webhook address could not be changed');
      return error instanceof GatewayError && error.kind === 'not_found';
    }
  }
}
