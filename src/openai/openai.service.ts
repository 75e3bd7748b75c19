import { setTimeout as delay } from 'node:timers/promises';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { APICallError, generateText, jsonSchema, type LanguageModel, type ToolSet, tool } from 'ai';
import { toStorableText } from '../common/storable-text.js';
import { classifyModelError, type ModelFailure } from './classify-model-error.js';
import { ModelError } from './model-error.js';
import { nextRetry } from './next-retry.js';
import { stripThinking } from './strip-thinking.js';
import { type AskedCall, type ThinkMessage, type ToolOffer, toModelMessages } from './think-message.js';
import { createUndiciFetch } from './undici-fetch.client.js';

export interface ThinkRequest {
  readonly model: string;
  readonly instructions: string;
  readonly messages: readonly ThinkMessage[];
  /** What the model may ask to be called. It is never called here. */
  readonly tools?: readonly ToolOffer[];
  /** Reasoning counts too: too low a cap gives an empty answer. */
  readonly maxOutputTokens?: number;
  /** Keeps prompts with one beginning on one cache; OpenAI only. */
  readonly cacheKey?: string;
  /** A stable hash of who is served, at most 64 characters, no phone number in clear; OpenAI only. */
  readonly safetyId?: string;
  readonly signal?: AbortSignal;
}

export interface ThinkResult {
  readonly text: string;
  /** In the order the model asked for them; each with an id that is unique in this answer. */
  readonly toolCalls: readonly AskedCall[];
  /** 'length': cut off; 'filtered' and 'refused': the text may be empty or the model's refusal. */
  readonly finish: 'stop' | 'length' | 'filtered' | 'refused';
  /** The model that really answered, as the server names it. */
  readonly servedModel: string;
  readonly usage: { readonly inputTokens: number; readonly outputTokens: number; readonly cachedTokens: number } | null;
  /** The server's x-request-id. */
  readonly requestId: string | null;
}

export interface OpenAiOptions {
  readonly baseUrl: string | undefined;
  readonly apiKey: string | undefined;
  /** Overrides the choice: Responses for OpenAI itself, Chat Completions for any other server. */
  readonly api?: 'responses' | 'chat' | undefined;
}

/** What tests replace. */
export interface OpenAiSeams {
  readonly sleep?: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly random?: () => number;
  readonly now?: () => number;
  readonly attemptMs?: number;
  readonly connections?: number;
}

const ATTEMPT_MS = 60_000;
const DEFAULT_BUDGET_MS = 60_000;

/** Any OpenAI-compatible model server. Errors are ModelErrors; an abort of the caller's signal is thrown as it is. */
export class OpenAiService {
  private readonly http: ReturnType<typeof createUndiciFetch>;
  private readonly isOpenAi: boolean;
  private readonly api: 'responses' | 'chat';
  private readonly modelOf: (id: string) => LanguageModel;
  private readonly seams: Required<Omit<OpenAiSeams, 'connections'>>;

  constructor(options: OpenAiOptions, seams: OpenAiSeams = {}) {
    this.http = createUndiciFetch({ connections: seams.connections });
    this.seams = {
      sleep: seams.sleep ?? (async (ms, signal) => void (await delay(ms, undefined, { signal }))),
      random: seams.random ?? Math.random,
      now: seams.now ?? Date.now,
      attemptMs: seams.attemptMs ?? ATTEMPT_MS,
    };
    this.isOpenAi = !options.baseUrl || new URL(options.baseUrl).hostname === 'api.openai.com';
    this.api = options.api ?? (this.isOpenAi ? 'responses' : 'chat');
    this.modelOf = this.connect(options);
  }

  /** Whoever needs an answer has waited for it before; what is still open here ends now. */
  async onApplicationShutdown(): Promise<void> {
    await this.http.close();
  }

  /** One attempt of at most 60 s. @throws ModelError; the signal's reason when the caller aborts */
  async think(request: ThinkRequest): Promise<ThinkResult> {
    const timeout = AbortSignal.timeout(this.seams.attemptMs);
    try {
      return await this.generate(request, request.signal ? AbortSignal.any([request.signal, timeout]) : timeout);
    } catch (error) {
      request.signal?.throwIfAborted();
      throw this.toModelError(error, timeout.aborted);
    }
  }

  /**
   * Attempts until one succeeds, a failure is final, or `budgetMs` (default 60 s) is spent on transient ones.
   * @throws ModelError of the last attempt; the signal's reason when the caller aborts
   */
  async thinkPatiently(
    request: ThinkRequest,
    options: { budgetMs?: number; signal?: AbortSignal } = {},
  ): Promise<ThinkResult> {
    const signal = options.signal ?? request.signal;
    const startedAt = this.seams.now();
    for (let attempts = 1; ; attempts++) {
      try {
        return await this.think({ ...request, signal });
      } catch (error) {
        if (!(error instanceof ModelError)) throw error;
        const { family, retryable, retryAfterMs } = error;
        const elapsedMs = this.seams.now() - startedAt;
        const budgetMs = options.budgetMs ?? DEFAULT_BUDGET_MS;
        const waitMs = nextRetry(
          { family, retryable, retryAfterMs, attempts, elapsedMs, budgetMs },
          this.seams.random(),
        );
        if (waitMs === null) throw error;
        await this.seams.sleep(waitMs, signal).catch((stopped: unknown) => {
          signal?.throwIfAborted();
          throw stopped;
        });
      }
    }
  }

  private connect({ baseUrl, apiKey }: OpenAiOptions): (id: string) => LanguageModel {
    const { fetch } = this.http;
    if (this.api === 'chat' && !this.isOpenAi && baseUrl) {
      const server = createOpenAICompatible({ name: 'compatible', baseURL: baseUrl, apiKey, fetch });
      return (id) => server.chatModel(id);
    }
    // Both are given in any case: the SDK would otherwise read other variables from the environment.
    const openai = createOpenAI({ baseURL: baseUrl ?? 'https://api.openai.com/v1', apiKey: apiKey ?? 'none', fetch });
    return this.api === 'chat' ? (id) => openai.chat(id) : (id) => openai.responses(id);
  }

  private async generate(request: ThinkRequest, abortSignal: AbortSignal): Promise<ThinkResult> {
    const result = await generateText({
      model: this.modelOf(request.model),
      system: clean(request.instructions),
      messages: toModelMessages(request.messages),
      tools: this.toolSet(request.tools ?? []),
      maxOutputTokens: request.maxOutputTokens,
      // The SDK retries by status alone, so spent quotas too: our own policy decides instead.
      maxRetries: 0,
      abortSignal,
      providerOptions: this.providerOptions(request),
    });
    const text = this.isOpenAi ? result.text : stripThinking(result.text);
    const headers = result.response.headers ?? {};
    const finish = readFinish(result.finishReason, result.rawFinishReason);
    // Sampling sometimes ends at once; an empty bubble helps nobody, another attempt may.
    const toolCalls = readCalls(result.toolCalls);
    if (text.trim() === '' && toolCalls.length === 0 && (finish === 'stop' || finish === 'length'))
      throw new ModelError(`an empty answer (${finish})`, {
        family: 'unreadable',
        retryable: true,
        retryAfterMs: null,
        status: 200,
      });
    const { inputTokens, outputTokens, inputTokenDetails } = result.usage;
    return {
      text,
      toolCalls,
      finish,
      servedModel: result.response.modelId || request.model,
      usage:
        inputTokens === undefined || outputTokens === undefined
          ? null
          : { inputTokens, outputTokens, cachedTokens: inputTokenDetails?.cacheReadTokens ?? 0 },
      requestId: headers['x-request-id'] ?? null,
    };
  }

  /** Without an `execute`, the SDK leaves calling to us. Strictness is a field that other servers may not know. */
  private toolSet(offers: readonly ToolOffer[]): ToolSet | undefined {
    if (offers.length === 0) return undefined;
    return Object.fromEntries(
      offers.map(({ name, description, parameters }) => [
        name,
        tool({ description, inputSchema: jsonSchema(parameters), ...(this.isOpenAi ? { strict: true } : {}) }),
      ]),
    );
  }

  private providerOptions({ cacheKey, safetyId }: ThinkRequest) {
    // Other servers refuse fields they do not know; store is part of the Responses API and must not default to true.
    if (this.api === 'chat' && !this.isOpenAi) return undefined;
    const known = this.isOpenAi
      ? { ...(cacheKey ? { promptCacheKey: cacheKey } : {}), ...(safetyId ? { safetyIdentifier: safetyId } : {}) }
      : {};
    return { openai: { store: false, ...known } };
  }

  private toModelError(error: unknown, timedOut: boolean): ModelError {
    if (error instanceof ModelError) return error;
    const failure = readFailure(error, timedOut);
    const facts = { ...classifyModelError(failure, this.seams.now()), status: failure.status };
    const message = error instanceof Error ? error.message : String(error);
    return new ModelError(`model ${facts.family}: ${toStorableText(message, 500)}`, facts, error);
  }
}

/** A prompt string without what makes every later call of a conversation fail: U+0000 and lone surrogates. */
const clean = (text: string) => toStorableText(text, Number.POSITIVE_INFINITY);

/** Some servers leave ids out or repeat them; each call then gets one of its own. Arguments that are no object are null. */
function readCalls(calls: readonly { toolCallId: string; toolName: string; input: unknown }[]): AskedCall[] {
  const seen = new Set<string>();
  return calls.map(({ toolCallId, toolName, input }, n) => {
    const id = toolCallId && !seen.has(toolCallId) ? toolCallId : `call_${n}_${toolName}`;
    seen.add(id);
    const isObject = typeof input === 'object' && input !== null && !Array.isArray(input);
    return { id, name: toolName, arguments: isObject ? (input as Record<string, unknown>) : null };
  });
}

function readFinish(finish: string, raw: string | undefined): ThinkResult['finish'] {
  if (finish === 'length') return 'length';
  // The SDK reports a refusal by the model as filtered too; the raw reason tells them apart.
  if (finish === 'content-filter') return raw === 'content_filter' ? 'filtered' : 'refused';
  return 'stop';
}

function readFailure(error: unknown, timedOut: boolean): ModelFailure {
  if (timedOut) return { status: null, body: null, headers: {}, cause: 'timeout' };
  if (APICallError.isInstance(error) && error.statusCode !== undefined) {
    // For a failure inside a 200 the SDK reports 400 and leaves the parsed body in place of its text.
    const inside200 = typeof error.responseBody === 'object' && error.responseBody !== null;
    return {
      status: inside200 ? 200 : error.statusCode,
      body: error.responseBody,
      headers: error.responseHeaders ?? {},
    };
  }
  if (isUnreadableAnswer(error)) return { status: 200, body: null, headers: {} };
  return { status: null, body: null, headers: {}, cause: 'network' };
}

/** An answer arrived, but the SDK could make nothing of it ("no choices", a wrong type). */
function isUnreadableAnswer(error: unknown): boolean {
  return error instanceof Error && /^AI_(?!APICall)/.test(error.name);
}
