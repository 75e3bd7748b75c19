import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { AppError } from '../common/app-error.js';
import { CONFIG, type RuntimeConfig } from '../config.js';
import { CONFIG_CHANGED, WakeupsService } from '../jobs/wakeups.service.js';
import { PrismaService, type Tx } from '../prisma/prisma.service.js';
import { type PublishedModel, publishModel } from './publish-model.js';
import { type ModelContext, type RegisteredModel, resolveModel, whyNotServed } from './resolve-model.js';

const OPENAI_DEFAULT = 'gpt-6.1-terra';
const OFFLINE_DEFAULT = 'offline';

/** An edit is announced; this only bounds what a lost announcement costs. */
const STALE_MS = 60_000;

/** The payload of CONFIG_CHANGED that concerns every workspace: the registry is everybody's. */
const EVERYBODY = '*';

/** Owns the registry: who serves which model name. */
@Injectable()
export class ModelsService implements OnModuleInit {
  private registry: { readonly entries: Promise<RegisteredModel[]>; readonly readAt: number } | undefined;

  constructor(
    private readonly prisma: PrismaService,
    @Inject(CONFIG) private readonly config: RuntimeConfig,
    private readonly wakeups: WakeupsService,
  ) {}

  onModuleInit(): void {
    this.wakeups.on(CONFIG_CHANGED, (payload) => {
      if (payload === EVERYBODY) this.registry = undefined;
    });
  }

  /** The model of an agent that has chosen none. */
  get defaultModel(): string {
    return this.config.openai.model ?? (this.config.simulated.model ? OFFLINE_DEFAULT : OPENAI_DEFAULT);
  }

  /** The provider's id for what an agent prefers (null: the default). */
  async resolve(preferred: string | null): Promise<{ model: string }> {
    return resolveModel(preferred, await this.context());
  }

  /** @throws MODEL_NOT_SERVED with the reason, for a name that no configured provider can serve */
  async assertServed(name: string): Promise<void> {
    const reason = whyNotServed(name, await this.context());
    if (reason) throw new AppError('MODEL_NOT_SERVED', reason);
  }

  /** The published name that stands nearest to what an agent prefers (null: the default). */
  async publishedName(preferred: string | null): Promise<PublishedModel> {
    return publishModel(preferred ?? this.defaultModel, await this.entries());
  }

  /** The whole registry as it is stored, by name. */
  list(): Promise<RegisteredModel[]> {
    return this.prisma.modelEntry.findMany({ orderBy: { name: 'asc' } });
  }

  /** Writes one entry, new or not. `announceEdit` once the transaction has committed. */
  async save(tx: Tx, { name, ...data }: RegisteredModel): Promise<void> {
    await tx.modelEntry.upsert({ where: { name }, create: { name, ...data }, update: data });
  }

  /** Deletes one entry: its name is then taken as a provider's own id. @throws NOT_FOUND */
  async remove(tx: Tx, name: string): Promise<void> {
    const { count } = await tx.modelEntry.deleteMany({ where: { name } });
    if (count === 0) throw new AppError('NOT_FOUND');
  }

  /** Makes every process read the registry anew, this one at once. */
  announceEdit(): void {
    this.wakeups.announce(CONFIG_CHANGED, EVERYBODY);
  }

  private async context(): Promise<ModelContext> {
    const { openai, simulated } = this.config;
    const provider = openai.baseUrl !== undefined || simulated.model ? 'custom' : 'openai';
    return { registry: await this.entries(), defaultModel: this.defaultModel, provider, now: new Date() };
  }

  private entries(): Promise<RegisteredModel[]> {
    if (this.registry && performance.now() - this.registry.readAt < STALE_MS) return this.registry.entries;
    const entries = this.prisma.modelEntry.findMany();
    this.registry = { entries, readAt: performance.now() };
    entries.catch(() => {
      this.registry = undefined;
    });
    return entries;
  }
}
