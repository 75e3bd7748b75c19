import { Inject, Injectable, OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { LOGGER } from '../common/logger.js';
import { CONFIG, type RuntimeConfig } from '../config.js';
import { DueWork } from '../jobs/due-work.runner.js';
import { HOOK, WakeupsService } from '../jobs/wakeups.service.js';
import { OutboundError } from '../outbound-http/outbound-error.js';
import { OutboundHttpService } from '../outbound-http/outbound-http.service.js';
import { POOL } from '../prisma/database.pool.js';
import { inTransaction } from '../prisma/transaction.queries.js';
import { UnreadableSecretError } from '../secrets/seal-secret.js';
import { HookSecretsService } from '../workspaces/hook-secrets.service.js';
import { tellPeople } from '../workspaces/notices.queries.js';
import { type Attempt, decideDelivery } from './decide-delivery.js';
import { type ClaimedDelivery, claimDeliveries, settleDelivery, sweepDeliveries } from './hook-deliveries.queries.js';
import { hookHost } from './hook-host.js';
import { signDelivery } from './sign-delivery.js';

const POLL_MS = 1_000;
const CONCURRENCY = 64;
const PER_HOST = 4;
const TIMEOUT_MS = 10_000;
const SWEEP_MS = 60 * 60 * 1_000;

/** Posts queued events to the addresses tenants gave: signed, at least once, over a day, and then a person is told. */
@Injectable()
export class HookDeliveriesService implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly work: DueWork<ClaimedDelivery>;
  private readonly busy = new Map<string, number>();
  private sweep: NodeJS.Timeout | undefined;

  constructor(
    @Inject(CONFIG) private readonly config: RuntimeConfig,
    @Inject(POOL) private readonly pool: Pool,
    @Inject(LOGGER) private readonly logger: Logger,
    wakeups: WakeupsService,
    private readonly outbound: OutboundHttpService,
    private readonly secrets: HookSecretsService,
  ) {
    this.work = new DueWork({
      name: 'hooks',
      pollMs: POLL_MS,
      concurrency: CONCURRENCY,
      claim: (limit) => this.claim(limit),
      run: (delivery, abort) => this.run(delivery, abort),
      wakeOn: (wake) => wakeups.on(HOOK, wake),
      logger,
    });
  }

  onApplicationBootstrap(): void {
    if (this.config.role === 'api') return;
    this.work.start();
    this.sweep = setInterval(() => {
      sweepDeliveries(this.pool).catch((error: unknown) => this.logger.warn({ err: error }, 'hooks not swept'));
    }, SWEEP_MS);
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.sweep);
    await this.work.stop();
  }

  /** Again and again, while there is something: a full look at one host's pile is not all there is. */
  private async claim(limit: number): Promise<ClaimedDelivery[]> {
    const taken: ClaimedDelivery[] = [];
    while (taken.length < limit) {
      const options = { limit: limit - taken.length, perHost: PER_HOST, busy: this.busy };
      const more = await claimDeliveries(this.pool, options);
      if (more.length === 0) break;
      for (const { url } of more) this.count(url, 1);
      taken.push(...more);
    }
    return taken;
  }

  private count(url: string, by: 1 | -1): void {
    const host = hookHost(url);
    const now = (this.busy.get(host) ?? 0) + by;
    if (now > 0) this.busy.set(host, now);
    else this.busy.delete(host);
  }

  private async run(delivery: ClaimedDelivery, abort: AbortSignal): Promise<void> {
    try {
      await this.settle(delivery, await this.post(delivery, abort));
    } finally {
      this.count(delivery.url, -1);
    }
  }

  private async post({ workspaceId, id, event, url, payload, createdAt }: ClaimedDelivery, abort: AbortSignal) {
    const body = JSON.stringify({ type: event, timestamp: createdAt.toISOString(), data: payload });
    try {
      const signature = signDelivery(await this.secrets.signing(workspaceId), id, new Date(), body);
      const headers = { 'content-type': 'application/json', ...signature };
      const { status } = await this.outbound.request({
        ...{ url, method: 'POST', headers, body, signal: abort, timeoutMs: TIMEOUT_MS },
        // A signed event goes where its owner said, and what the receiver says is of no use to us.
        ...{ maxRedirects: 0, ignoreBody: true },
      });
      return { status };
    } catch (error) {
      if (error instanceof OutboundError) return { error: error.code };
      if (error instanceof UnreadableSecretError) return { error: 'SECRET_UNREADABLE' };
      throw error;
    }
  }

  private async settle(delivery: ClaimedDelivery, attempt: Attempt): Promise<void> {
    const { workspaceId, agentId, event, url } = delivery;
    const decision = decideDelivery(delivery.attempt, attempt, Math.random());
    const status = 'status' in attempt ? attempt.status : null;
    const error = 'error' in attempt ? attempt.error : null;
    await inTransaction(this.pool, async (tx) => {
      if (!(await settleDelivery(tx, delivery, { decision, status, error })) || decision.state !== 'DEAD') return;
      // The host only: what follows it in a hook's address is often a secret.
      const details = { event, host: hookHost(url), status, error };
      await tellPeople(tx, { workspaceId, kind: 'hook.dead', agentId, details });
    });
  }
}
