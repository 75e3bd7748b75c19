import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { v7 as uuid7 } from 'uuid';
import { OutboxService, type Route } from '../chats/outbox.service.js';
import { LOGGER } from '../common/logger.js';
import { hashText } from '../evolution-api/hash-text.js';
import { ModelError } from '../openai/model-error.js';
import { OpenAiService, type ThinkResult } from '../openai/openai.service.js';
import { isOutage } from '../prisma/is-outage.js';
import { type AgentConfig, AgentConfigService } from './agent-config.service.js';
import { buildPrompt } from './build-prompt.js';
import { DecisionsService } from './decisions.service.js';
import { splitMessage } from './split-message.js';
import type { ClaimedTurn, SceneRow, Settlement } from './turns.queries.js';
import { TurnsService } from './turns.service.js';

/** How long a turn insists on a model that is busy or away before the chat goes to a person. */
const THINK_BUDGET_MS = 120_000;
/** An error nobody foresaw is tried again this often before the turn is poison. Waits for the gateway count too. */
const MOST_ATTEMPTS = 60;
const RETRY_MS = 1_000;

/** Does one claimed turn: load, decide, think, settle, deliver. Safe to run again after a crash at any point. */
@Injectable()
export class ReplyService {
  constructor(
    private readonly turns: TurnsService,
    private readonly decisions: DecisionsService,
    private readonly agents: AgentConfigService,
    private readonly openai: OpenAiService,
    private readonly outbox: OutboxService,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Takes the turn as far as it goes now. `abort` (shutdown) stops thinking and further parts; the turn is released. */
  async run(turn: ClaimedTurn, abort: AbortSignal): Promise<void> {
    try {
      await this.answer(turn, abort);
    } catch (error) {
      if (abort.aborted) return this.turns.park(turn, 0);
      if (error instanceof ModelError) return this.giveUp(turn, error, `model_${error.family}`);
      if (!isOutage(error) && turn.attempt >= MOST_ATTEMPTS) return this.giveUp(turn, error, 'internal_error');
      this.logger.error({ err: error, turn: turn.id, attempt: turn.attempt }, 'turn interrupted; trying again');
      await this.turns.park(turn, RETRY_MS * turn.attempt);
    }
  }

  private giveUp(turn: ClaimedTurn, error: unknown, reason: string): Promise<void> {
    this.logger.error({ err: error, turn: turn.id, reason }, 'turn given up; the chat goes to a person');
    return this.turns.fail(turn, reason);
  }

  private async answer(turn: ClaimedTurn, abort: AbortSignal): Promise<void> {
    const [scene, agent] = await Promise.all([this.turns.load(turn), this.agents.find(turn.workspaceId, turn.agentId)]);
    if (!scene) return this.turns.skip(turn, 'chat_gone');
    if (turn.state === 'SENDING') return this.send(turn, scene, abort);
    if (!agent) return this.turns.skip(turn, 'chat_gone');

    const decision = await this.decisions.decide(turn, scene, agent);
    if (decision.kind !== 'answer') return this.decisions.follow(turn, decision, scene);

    const thought = await this.think(turn, scene, agent, abort);
    const parts = splitMessage(thought.text, agent.splitMessages);
    if (parts.length === 0) return this.turns.fail(turn, 'model_said_nothing');

    const settled = await this.turns.settle(settlement(turn, scene, thought, parts));
    if (settled === 'SENDING') await this.send(turn, scene, abort);
  }

  private think(turn: ClaimedTurn, scene: SceneRow, agent: AgentConfig, abort: AbortSignal): Promise<ThinkResult> {
    const { history, inbound } = scene;
    const prompt = buildPrompt({ agent, contactName: scene.contact_name, history, inbound, now: new Date() });
    return this.openai.thinkPatiently(
      {
        model: agent.model,
        instructions: prompt.instructions,
        messages: [...prompt.messages],
        cacheKey: `${turn.agentId}:${agent.version}`,
        safetyId: createHash('sha256').update(`${turn.workspaceId}:${scene.contact_id}`).digest('hex'),
      },
      { budgetMs: THINK_BUDGET_MS, signal: abort },
    );
  }

  private async send(turn: ClaimedTurn, scene: SceneRow, abort: AbortSignal): Promise<void> {
    // Who wrote by hand has taken the time already.
    const enabledTyping = scene.enabled_typing && turn.kind === 'ANSWER';
    const route: Route = { instanceName: scene.instance_name ?? '', enabledTyping };
    const delivery = await this.outbox.deliver(turn, route, abort);
    switch (delivery.outcome) {
      case 'done':
        return this.turns.delivered(turn);
      case 'wait':
        return this.turns.park(turn, delivery.ms);
      case 'failed':
        return this.turns.fail(turn, delivery.reason);
      case 'void':
        if (delivery.reason === 'human') await this.turns.skip(turn, 'human');
    }
  }
}

function settlement(turn: ClaimedTurn, scene: SceneRow, thought: ThinkResult, parts: readonly string[]): Settlement {
  return {
    turn,
    address: scene.address,
    servedModel: thought.servedModel,
    trace: { usage: thought.usage, requestId: thought.requestId, finish: thought.finish, attempt: turn.attempt },
    deliveredLocally: scene.channel_type === 'API',
    parts: parts.map((text) => ({ id: uuid7(), messageId: uuid7(), text, textHash: Buffer.from(hashText(text)) })),
  };
}
