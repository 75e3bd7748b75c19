import { createHash } from 'node:crypto';
import { Inject, Injectable, OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { LOGGER } from '../common/logger.js';
import { toStorableText } from '../common/storable-text.js';
import { CONFIG, type RuntimeConfig } from '../config.js';
import { DueWork } from '../jobs/due-work.runner.js';
import { OpenAiService } from '../openai/openai.service.js';
import { POOL } from '../prisma/database.pool.js';
import { AgentConfigService } from './agent-config.service.js';
import { claimSummaries, keepSummary, loadSummarySource, type ToSummarise } from './summaries.queries.js';
import { SUMMARY_LIMIT, summaryPrompt } from './summary-prompt.js';

const POLL_MS = 2_000;
const CONCURRENCY = 4;
/** Fewer messages are a greeting; the notes stay what they were. */
const FEWEST_MESSAGES = 4;
/** Reasoning counts too. */
const MAX_OUTPUT_TOKENS = 2_000;

/** Remembers what resolved interactions were about: one model call for each, in their order. */
@Injectable()
export class SummariesService implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly work: DueWork<ToSummarise>;

  constructor(
    @Inject(CONFIG) private readonly config: RuntimeConfig,
    @Inject(POOL) private readonly pool: Pool,
    @Inject(LOGGER) logger: Logger,
    private readonly agents: AgentConfigService,
    private readonly openai: OpenAiService,
  ) {
    this.work = new DueWork({
      name: 'summaries',
      pollMs: POLL_MS,
      concurrency: CONCURRENCY,
      claim: (limit) => claimSummaries(pool, limit),
      run: (interaction, abort) => this.summarise(interaction, abort),
      logger,
    });
  }

  onApplicationBootstrap(): void {
    if (this.config.role !== 'api') this.work.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.work.stop();
  }

  private async summarise(interaction: ToSummarise, signal: AbortSignal): Promise<void> {
    const { workspaceId, agentId } = interaction;
    const [source, agent] = await Promise.all([
      loadSummarySource(this.pool, interaction),
      this.agents.find(workspaceId, agentId),
    ]);
    if (!source) return;
    const isWorthIt = source.messageCount >= FEWEST_MESSAGES && agent?.workspaceState === 'active';
    if (!isWorthIt) return keepSummary(this.pool, interaction, null);
    const { text } = await this.openai.think({
      ...summaryPrompt(source.earlier, source.lines),
      model: agent.model,
      maxOutputTokens: MAX_OUTPUT_TOKENS,
      safetyId: createHash('sha256').update(`${workspaceId}:${interaction.chatId}`).digest('hex'),
      signal,
    });
    await keepSummary(this.pool, interaction, toStorableText(text, SUMMARY_LIMIT));
  }
}
