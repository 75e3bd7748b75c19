import { Inject, Injectable } from '@nestjs/common';
import { AppError } from '../common/app-error.js';
import { CONFIG, type RuntimeConfig } from '../config.js';
import { PrismaService } from '../prisma/prisma.service.js';
import { type PublishedModel, publishModel } from './publish-model.js';
import { type ModelContext, type RegisteredModel, resolveModel, whyNotServed } from './resolve-model.js';

const OPENAI_DEFAULT = 'gpt-6.1-terra';
const OFFLINE_DEFAULT = 'offline';

/** The registry changes with a migration or an operator's edit: a minute late is soon enough. */
const STALE_MS = 60_000;

/** Who serves which model name. */
@Injectable()
export class ModelsService {
  private registry: { readonly entries: Promise<RegisteredModel[]>; readonly readAt: number } | undefined;

  constructor(
    private readonly prisma: PrismaService,
    @Inject(CONFIG) private readonly config: RuntimeConfig,
  ) {}

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
