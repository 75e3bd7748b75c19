import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { LOGGER } from '../common/logger.js';
import { CONFIG, type RuntimeConfig } from '../config.js';
import { EvolutionApiClient, WEBHOOK_EVENTS } from '../evolution-api/evolution-api.client.js';
import { POOL } from '../prisma/database.pool.js';
import { inTransaction } from '../prisma/transaction.queries.js';
import { tellPeople } from '../workspaces/notices.queries.js';
import { webhookAddress } from './address-webhook.js';
import { markDeaf } from './channels.queries.js';

/** A restart drops the link for some seconds, and WhatsApp notices numbers that reconnect all the time. */
const RESTART_REST_MS = 3_600_000;

/** Heals a number that is connected and not heard: first where its events go, then its link. */
@Injectable()
export class DeafChannelService {
  private readonly restartedAt = new Map<string, number>();

  constructor(
    private readonly gateway: EvolutionApiClient,
    @Inject(POOL) private readonly pool: Pool,
    @Inject(CONFIG) private readonly config: RuntimeConfig,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Tells people once, puts the webhook right if it is not, and restarts the instance, at most once an hour. */
  async heal(channel: { workspaceId: string; channelId: string; instanceName: string }): Promise<void> {
    const { workspaceId, channelId, instanceName } = channel;
    await inTransaction(this.pool, async (tx) => {
      if (await markDeaf(tx, workspaceId, channelId))
        await tellPeople(tx, { workspaceId, kind: 'channel.deaf', channelId });
    });
    this.logger.warn({ channel: channelId }, 'the number is connected, and the gateway tells us nothing of it');
    const url = webhookAddress(this.config.publicUrl, workspaceId, channelId);
    const hook = await this.gateway.findWebhook(instanceName);
    const isRight = hook?.url === url && WEBHOOK_EVENTS.every((event) => hook.events.includes(event));
    if (!isRight) await this.gateway.setWebhook(instanceName, { url, events: WEBHOOK_EVENTS });
    const last = this.restartedAt.get(channelId) ?? Number.NEGATIVE_INFINITY;
    if (performance.now() - last < RESTART_REST_MS) return;
    this.restartedAt.set(channelId, performance.now());
    await this.gateway.restart(instanceName);
  }
}
