import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import { CONFIG, type RuntimeConfig } from '../config.js';
import { MicroBatch } from '../jobs/micro-batch.runner.js';
import { MediaService, type Picture } from '../media/media.service.js';
import { OpenAiService, type ThinkResult } from '../openai/openai.service.js';
import type { AskedCall, ThinkMessage } from '../openai/think-message.js';
import { POOL } from '../prisma/database.pool.js';
import { isOutage } from '../prisma/is-outage.js';
import type { AgentConfig } from './agent-config.service.js';
import { buildPrompt, type Prompt, type PromptTask } from './build-prompt.js';
import { TRANSFER_TO_HUMAN } from './built-in-tools.js';
import { decideStep } from './decide-step.js';
import { fitHistory } from './fit-history.js';
import { promisesTransfer } from './promises-transfer.js';
import {
  countRepeats,
  MOST_REPEATS,
  type ModelResult,
  readJournal,
  type Standing,
  type Step,
  type StepEnd,
  type ToolResult,
} from './read-journal.js';
import { rememberCalls } from './remember-calls.js';
import type { Effect, Tool } from './tool.js';
import { ToolCatalogService } from './tool-catalog.service.js';
import { beginSteps, earlierCalls, endStep, loadSteps, type StepBegin } from './turn-steps.queries.js';
import type { ClaimedTurn, SceneRow } from './turns.queries.js';

/** What the agent will say, and what its turn will do. */
export interface Thought {
  readonly text: string;
  readonly servedModel: string;
  readonly effect: Effect | undefined;
  /** The last model call, which the settlement completes in the journal. */
  readonly step: StepEnd & { readonly inputTokens: number | null; readonly outputTokens: number | null };
  readonly trace: Readonly<Record<string, unknown>>;
  /** The calls of this turn and what they answered, in order. */
  readonly learnt: readonly ThinkMessage[];
  /** False: something was done already that thinking again would do once more. */
  readonly mayRestart: boolean;
}

/** The turn is no longer ours: a person took over, or another worker has it. What was thought is dropped. */
export class TurnLost extends Error {}

/** The turn would take more than its agent allows. */
export class TurnLimit extends Error {}

/** How long a turn insists on a model that is busy or away before the chat goes to a person. */
const THINK_BUDGET_MS = 120_000;
/** What the model is told of a tool's answer at most, in characters. */
const MOST_RESULT = 20_000;

/** How many lines before this turn a picture is still looked at. */
const PICTURES_BACK = 10;

const CORRECTION =
  `(From the platform, not from the customer: your reply promises that a person takes over, but you did not call ` +
  `${TRANSFER_TO_HUMAN}. Call it now, or answer without that promise. The customer has not seen that reply.)`;

/** Thinks: model and tools in turn, each call journaled before it is made and completed after, within the agent's limits. */
@Injectable()
export class ThinkService {
  private readonly begins: MicroBatch<StepBegin, boolean>;

  constructor(
    @Inject(POOL) private readonly pool: Pool,
    @Inject(CONFIG) private readonly config: RuntimeConfig,
    private readonly openai: OpenAiService,
    private readonly catalog: ToolCatalogService,
    private readonly media: MediaService,
  ) {
    this.begins = new MicroBatch((steps) => beginSteps(pool, steps), { maxSize: 200, isOutage });
  }

  /**
   * What the agent says to this scene. Goes on where the journal ends: what is done there is never done again.
   * @throws TurnLost, TurnLimit, ModelError; the signal's reason
   */
  async think(turn: ClaimedTurn, scene: SceneRow, agent: AgentConfig, signal: AbortSignal): Promise<Thought> {
    const { contact: memory, contact_name: contactName, inbound } = scene;
    const history = fitHistory(scene.history, this.config.historyTokens);
    const now = new Date();
    const prompt = buildPrompt({ agent, contactName, memory, history, inbound, task: taskOf(turn), now });
    const seen = [...history.slice(-PICTURES_BACK), ...inbound].filter((line) => line.media?.state === 'READY');
    const images = await this.media.images(
      turn.workspaceId,
      seen.map(({ id }) => id),
    );
    const messages = showImages(prompt.messages, images);
    const tools = this.catalog.of(agent);
    const startedAt = performance.now();
    // Only a turn that was claimed before has a journal.
    const [steps, earlier] = await Promise.all([
      turn.attempt > 1 ? loadSteps(this.pool, turn) : ([] as Step[]),
      // A conversation that has just begun has no earlier turns.
      scene.history.length > 0 ? earlierCalls(this.pool, turn) : [],
    ]);
    const before = rememberCalls(messages, earlier);
    for (;;) {
      const standing = readJournal(steps);
      for (const call of standing.open) steps.push(await this.callTool(turn, tools, steps, call));
      if (standing.open.length > 0) continue;

      const elapsedSeconds = (performance.now() - startedAt) / 1_000;
      const next = decideStep({ ...standing, limits: agent.limits, elapsedSeconds });
      if (next === 'give_up') throw new TurnLimit('the turn would take more than its agent allows');
      await this.begin({ turn, n: standing.next, kind: 'MODEL', name: agent.model, request: null });
      const answer = await this.openai.thinkPatiently(
        {
          model: agent.model,
          instructions: prompt.instructions,
          messages: [...before, ...standing.messages],
          tools: next === 'conclude' ? [] : tools.map((tool) => tool.offer),
          cacheKey: `${turn.agentId}:${agent.version}`,
          safetyId: createHash('sha256').update(`${turn.workspaceId}:${scene.contact_id}`).digest('hex'),
        },
        { budgetMs: Math.min(THINK_BUDGET_MS, (agent.limits.seconds - elapsedSeconds) * 1_000), signal },
      );
      const thought = conclude(standing, answer, tools);
      if (thought) return thought;
      steps.push(await this.keepAnswer(turn, standing, answer, agent.model));
    }
  }

  /** An answer that is not the last: it asks for tools, or is sent back for a promise it does not keep. */
  private async keepAnswer(turn: ClaimedTurn, { next: n }: Standing, answer: ThinkResult, name: string): Promise<Step> {
    const end = modelStep(n, answer, answer.toolCalls.length === 0 ? CORRECTION : undefined);
    await this.end(turn, end);
    return { ...end, kind: 'MODEL', name, request: null };
  }

  private async callTool(
    turn: ClaimedTurn,
    tools: readonly Tool[],
    steps: readonly Step[],
    call: AskedCall,
  ): Promise<Step> {
    const { begun, next: n, effect } = readJournal(steps);
    const request = { callId: call.id, arguments: call.arguments };
    const tool = tools.find((one) => one.offer.name === call.name);
    const wasBegun = begun !== undefined && (begun.request as { callId: string }).callId === call.id;
    await this.begin({ turn, n, kind: 'TOOL', name: call.name, request });
    const refusal = refuse(call, tool, steps);
    // Its worker died after it may have acted: nobody knows, so the model is told exactly that.
    const isUnknown = !refusal && wasBegun && tool?.kind === 'once';
    const result: ToolResult = refusal
      ? { value: { error: refusal } }
      : isUnknown
        ? {
            value: {
              error: 'outcome_unknown',
              note: 'This may or may not have been done. Say so; do not do it again.',
            },
          }
        : await this.run(turn, tool!, n, call, effect);
    const end: StepEnd = { n, state: isUnknown ? 'UNKNOWN' : refusal ? 'FAILED' : 'DONE', result };
    await this.end(turn, end);
    return { ...end, kind: 'TOOL', name: call.name, request, inputTokens: null, outputTokens: null };
  }

  private async run(
    turn: ClaimedTurn,
    tool: Tool,
    step: number,
    call: AskedCall,
    effect?: Effect,
  ): Promise<ToolResult> {
    const checked = tool.check(call.arguments!);
    if ('problem' in checked) return { value: { error: `invalid arguments: ${checked.problem}` } };
    const { workspaceId, chatId, agentId, id: turnId } = turn;
    const outcome = await tool.run({ workspaceId, chatId, agentId, turnId, step }, checked.args);
    if (effect && outcome.effect)
      return { value: { error: 'this turn already hands the conversation over or ends it' } };
    const text = JSON.stringify(outcome.value);
    return text.length <= MOST_RESULT
      ? outcome
      : { ...outcome, value: { truncated: true, text: text.slice(0, MOST_RESULT).toWellFormed() } };
  }

  private async begin(step: StepBegin): Promise<void> {
    if (!(await this.begins.add(step))) throw new TurnLost('not ours any more; the call is not made');
  }

  private async end(turn: ClaimedTurn, step: StepEnd): Promise<void> {
    if (!(await endStep(this.pool, turn, step))) throw new TurnLost('not ours any more; the outcome is dropped');
  }
}

/** The prompt with the pictures beside what the customer said last. */
function showImages(messages: Prompt['messages'], images: readonly Picture[]): ThinkMessage[] {
  const last = messages.findLastIndex(({ role }) => role === 'user');
  return messages.map((message, n) =>
    message.role === 'user' && n === last && images.length > 0 ? { role: 'user', text: message.text, images } : message,
  );
}

const TASKS = { IDLE: 'instructions', REMINDER: 'reminder', TRANSFER: 'handover' } as const;

/** Why the agent speaks besides answering; what customers or other agents dictated comes as a quotation. */
function taskOf({ cause, instructions }: ClaimedTurn): PromptTask | null {
  return cause === 'MESSAGE' || instructions === null ? null : { kind: TASKS[cause], text: instructions };
}

/** Why a call is not made, for the model to read; undefined: it may be. */
function refuse(call: AskedCall, tool: Tool | undefined, steps: readonly Step[]): string | undefined {
  if (!tool) return `there is no tool named ${JSON.stringify(call.name)}`;
  if (call.arguments === null) return 'the arguments are no JSON object';
  if (countRepeats(steps, call) >= MOST_REPEATS)
    return `this call was made ${MOST_REPEATS} times with these arguments; answer with what you have`;
  return undefined;
}

/** The thought, if this answer is the last; undefined: go on. */
function conclude(standing: Standing, answer: ThinkResult, tools: readonly Tool[]): Thought | undefined {
  if (answer.toolCalls.length > 0) return undefined;
  const canTransfer = tools.some((tool) => tool.offer.name === TRANSFER_TO_HUMAN);
  const isEmptyPromise = canTransfer && !standing.effect && promisesTransfer(answer.text);
  if (isEmptyPromise && !standing.wasCorrected) return undefined;
  const step = modelStep(standing.next, answer);
  const tokens = standing.tokens + (step.inputTokens ?? 0) + (step.outputTokens ?? 0);
  return {
    text: answer.text,
    servedModel: answer.servedModel,
    // It insists on its promise: then the promise is kept.
    effect: isEmptyPromise ? { kind: 'HUMAN', userId: null, reason: 'promised' } : standing.effect,
    step,
    trace: {
      usage: answer.usage,
      requestId: answer.requestId,
      finish: answer.finish,
      modelCalls: standing.modelCalls + 1,
      tokens,
    },
    learnt: standing.messages,
    mayRestart: standing.messages.length === 0,
  };
}

function modelStep(n: number, answer: ThinkResult, correction?: string) {
  const { text, toolCalls, finish, servedModel, requestId, usage } = answer;
  const result: ModelResult = {
    text,
    toolCalls,
    finish,
    servedModel,
    requestId,
    ...(correction ? { correction } : {}),
  };
  const tokens = { inputTokens: usage?.inputTokens ?? null, outputTokens: usage?.outputTokens ?? null };
  return { n, state: 'DONE' as const, result, ...tokens };
}
