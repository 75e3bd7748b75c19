import { timingSafeEqual } from 'node:crypto';
import { Inject, Injectable, OnModuleInit } from '@nestjs/common';
import type { Logger } from 'pino';
import { AppError } from '../common/app-error.js';
import { hashSecret } from '../common/hash-secret.js';
import { LOGGER } from '../common/logger.js';
import { CONFIG, type RuntimeConfig } from '../config.js';
import { CONFIG_CHANGED, WakeupsService } from '../jobs/wakeups.service.js';
import { LimitsService } from '../limits/limits.service.js';
import { PrismaService } from '../prisma/prisma.service.js';

/** The channel a webhook speaks for, once its secret was right. */
export interface KnockingChannel {
  readonly workspaceId: string;
  readonly channelId: string;
  readonly instanceName: string;
}

/** `/webhooks/evolution/:workspaceId/:channelId`, with or without the by-event suffix. */
const PATH = /^\/webhooks\/evolution\/([^/?]+)\/([^/?]+)(?:[/?]|$)/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const STALE_MS = 30_000;
/** Made-up ids are not worth a look-up each, nor endless memory. */
const UNKNOWN_STALE_MS = 2_000;
const MOST_ENTRIES = 50_000;
const NO_HASH = Buffer.alloc(32);

interface Entry {
  readonly channel: (KnockingChannel & { readonly secretHash: Buffer }) | null;
  readonly readAt: number;
}

/**
 * Checks who knocks, from the headers alone, before any body is read. A wrong secret, an unknown and a malformed id get
 * the same 401; a database that cannot be asked gets 503, so that the gateway tries again (it never retries a 401).
 */
@Injectable()
export class EvolutionDoorService implements OnModuleInit {
  private readonly entries = new Map<string, Entry>();
  private readonly count: (channelId: string, nowMs: number) => Promise<void>;

  constructor(
    private readonly prisma: PrismaService,
    private readonly wakeups: WakeupsService,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(CONFIG) config: RuntimeConfig,
    limits: LimitsService,
  ) {
    this.count = limits.allowance({ name: 'webhook', points: config.webhookRatePerChannel, seconds: 1 });
  }

  onModuleInit(): void {
    this.wakeups.on(CONFIG_CHANGED, (workspaceId) => {
      for (const key of this.entries.keys())
        if (workspaceId === '*' || key.startsWith(workspaceId)) this.entries.delete(key);
    });
  }

  /** True for the paths this door guards. */
  guards(url: string): boolean {
    return url.startsWith('/webhooks/evolution/');
  }

  /** @throws UNAUTHORIZED, TOO_MANY_REQUESTS (the gateway tries again later), TEMPORARILY_UNAVAILABLE */
  async admit(url: string, secret: unknown): Promise<KnockingChannel> {
    const [, workspaceId = '', channelId = ''] = PATH.exec(url) ?? [];
    const known = UUID.test(workspaceId) && UUID.test(channelId);
    const channel = known ? await this.find(workspaceId.toLowerCase(), channelId.toLowerCase()) : null;
    const given = hashSecret(typeof secret === 'string' ? secret : '');
    const isRight = timingSafeEqual(given, channel?.secretHash ?? NO_HASH);
    if (!channel || !isRight) throw new AppError('UNAUTHORIZED', 'This webhook address or its secret is not valid.');
    // Only now: a stranger must not use up what belongs to the channel.
    await this.count(channel.channelId, Date.now());
    return channel;
  }

  private async find(workspaceId: string, channelId: string): Promise<Entry['channel']> {
    const key = `${workspaceId} ${channelId}`;
    const entry = this.entries.get(key);
    if (entry && performance.now() - entry.readAt < (entry.channel ? STALE_MS : UNKNOWN_STALE_MS)) return entry.channel;
    const channel = await this.read(workspaceId, channelId);
    if (this.entries.size >= MOST_ENTRIES) this.entries.clear();
    this.entries.set(key, { channel, readAt: performance.now() });
    return channel;
  }

  private async read(workspaceId: string, channelId: string): Promise<Entry['channel']> {
    const row = await this.prisma.channel
      .findUnique({ where: { workspaceId_id: { workspaceId, id: channelId } } })
      .catch((error: unknown) => {
        this.logger.error({ err: error }, 'webhook secret cannot be checked');
        throw new AppError('TEMPORARILY_UNAVAILABLE', 'Try again shortly.', { retryAfterSeconds: 5, cause: error });
      });
    if (!row?.instanceName || row.webhookSecretHash?.length !== 32) return null;
    return { workspaceId, channelId, instanceName: row.instanceName, secretHash: Buffer.from(row.webhookSecretHash) };
  }
}
