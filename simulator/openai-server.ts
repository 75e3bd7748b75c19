import { createHash, randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { answerOffline, type OfflineMessage } from './offline-model.js';

/** A tool the model asks for. */
export interface ScriptedToolCall {
  readonly name: string;
  readonly arguments: Record<string, unknown> | string;
}

/** What the stand-in answers instead of thinking for itself. */
export type ScriptedAnswer =
  | string
  /** `cutStream`: a streamed answer ends half-way, without its last event. */
  | { readonly text: string; readonly latencyMs?: number; readonly cutStream?: boolean }
  | { readonly toolCalls: readonly ScriptedToolCall[] }
  | { readonly refusal: string }
  | { readonly incomplete: 'max_output_tokens' | 'content_filter'; readonly text?: string }
  | { readonly failed: string }
  | {
      readonly status: number;
      readonly error?: { readonly code?: string; readonly type?: string; readonly message: string };
      readonly headers?: Readonly<Record<string, string>>;
    }
  | { readonly html: string; readonly status?: number }
  | { readonly hang: true }
  | { readonly reset: true };

/** Which requests a script is for: the last thing the customer said contains it, or the predicate says so. */
export type Matcher = string | RegExp | ((body: Record<string, unknown>, lastUserText: string) => boolean) | null;

/** A request as it came, without the key. */
export interface RecordedRequest {
  readonly at: number;
  readonly path: string;
  readonly headers: Record<string, unknown>;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever came
  readonly body: any;
}

export interface OpenAiOptions {
  readonly port?: number;
  readonly host?: string;
  /** Any other key is a 401; default: every key will do. */
  readonly apiKey?: string;
  readonly latencyMs?: number;
  /** False: keep no record of requests (load generators). */
  readonly record?: boolean;
}

interface Script {
  readonly matcher: Matcher;
  readonly answer: ScriptedAnswer;
  left: number;
}

type Api = 'responses' | 'chat';

/** Starts a stand-in for OpenAI's API and compatible servers. Unscripted, it is the offline model. */
export async function startOpenAiServer(options: OpenAiOptions = {}): Promise<OpenAiServer> {
  const server = new OpenAiServer(options);
  await server.listen();
  return server;
}

/** The stand-in: Responses, Chat Completions (both also streamed), models, embeddings, transcriptions. */
export class OpenAiServer {
  readonly requests: RecordedRequest[] = [];
  /** Before each answer, in ms. */
  latencyMs: number;
  private readonly scripts: Script[] = [];
  private readonly server: Server;
  private readonly events = new EventEmitter().setMaxListeners(0);
  private held: Promise<void> | undefined;
  private failing: { readonly until: number; readonly answer: ScriptedAnswer } | undefined;
  private base = '';
  private thinking = 0;

  constructor(private readonly options: OpenAiOptions) {
    this.latencyMs = options.latencyMs ?? 0;
    this.server = createServer((request, response) => {
      this.serve(request, response).catch(() => response.destroy());
    });
    this.server.keepAliveTimeout = 60_000;
  }

  /** Ends in /v1. */
  get baseUrl(): string {
    return this.base;
  }

  async listen(): Promise<void> {
    const { port = 0, host = '127.0.0.1' } = this.options;
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, host, resolve);
    });
    this.base = `http://${host}:${(this.server.address() as { port: number }).port}/v1`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** Scripts an answer; the newest fitting script wins, `times` bounds it. */
  reply(matcher: Matcher, answer: ScriptedAnswer, { times = Number.POSITIVE_INFINITY } = {}): { stop(): void } {
    const script: Script = { matcher, answer, left: times };
    this.scripts.unshift(script);
    return {
      stop: () => {
        script.left = 0;
      },
    };
  }

  /** Answers everything with `answer` for `ms` (Infinity: until stopped). */
  failFor(ms: number, answer: ScriptedAnswer): { stop(): void } {
    this.failing = { until: Date.now() + ms, answer };
    return {
      stop: () => {
        this.failing = undefined;
      },
    };
  }

  /** How many requests a hold keeps waiting. */
  waiting = 0;

  /** Lets every request wait until released. */
  hold(): { release(): void } {
    let open = () => {};
    this.held = new Promise((resolve) => {
      open = resolve;
    });
    return {
      release: () => {
        this.held = undefined;
        open();
      },
    };
  }

  /** Resolves once `n` requests have come in all. */
  waitForRequests(n: number, timeoutMs = 30_000): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = () => {
        if (this.requests.length < n) return;
        clearTimeout(timer);
        this.events.off('request', look);
        resolve();
      };
      const timer = setTimeout(() => {
        this.events.off('request', look);
        reject(new Error(`only ${this.requests.length} of ${n} requests came`));
      }, timeoutMs);
      this.events.on('request', look);
      look();
    });
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '').split('?')[0]!;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const raw = Buffer.concat(chunks);
    const isJson = String(request.headers['content-type']).includes('json');
    const body = isJson && raw.length > 0 ? parseObject(raw.toString('utf8')) : {};
    if (!body) return problem(response, 400, { message: 'We could not parse the JSON body.', type: INVALID });
    if (this.options.apiKey && request.headers.authorization !== `Bearer ${this.options.apiKey}`) {
      return problem(response, 401, { message: 'Incorrect API key provided.', type: INVALID, code: 'invalid_api_key' });
    }
    if (this.options.record !== false) {
      const { authorization: _key, ...headers } = request.headers;
      this.requests.push({ at: Date.now(), path, headers, body });
      this.events.emit('request');
    }
    if (path === '/v1/models') return json(response, { object: 'list', data: [{ id: 'offline', object: 'model' }] });
    if (path === '/v1/embeddings') return json(response, embeddings(body));
    if (path === '/v1/audio/transcriptions') return json(response, { text: 'transcrição de demonstração' });
    if (path === '/v1/responses') return this.think('responses', body, response);
    if (path === '/v1/chat/completions') return this.think('chat', body, response);
    return problem(response, 404, {
      message: `Unknown request URL: ${request.method} ${path}`,
      type: 'invalid_request_error',
      code: 'unknown_url',
    });
  }

  private async think(api: Api, body: Record<string, unknown>, response: ServerResponse): Promise<void> {
    const prompt = readPrompt(api, body);
    const lastUser = prompt.messages.findLast((m) => m.role === 'user')?.text ?? '';
    if (this.held) {
      this.waiting++;
      await this.held;
      this.waiting--;
    }
    const scripted = this.scriptFor(body, lastUser);
    const refused = scripted === undefined ? refusalOf(api, body) : undefined;
    if (refused) return problem(response, refused.status, refused.error);
    const latency =
      (typeof scripted === 'object' && 'latencyMs' in scripted ? scripted.latencyMs : undefined) ?? this.latencyMs;
    if (latency > 0) await new Promise((resolve) => setTimeout(resolve, latency));
    const answer = scripted ?? answerOffline(prompt.instructions, prompt.messages);
    this.write(api, body, answer, response);
  }

  private scriptFor(body: Record<string, unknown>, lastUser: string): ScriptedAnswer | undefined {
    if (this.failing && Date.now() < this.failing.until) return this.failing.answer;
    const script = this.scripts.find((s) => s.left > 0 && fits(s.matcher, body, lastUser));
    if (!script) return undefined;
    script.left -= 1;
    return script.answer;
  }

  private write(api: Api, body: Record<string, unknown>, answer: ScriptedAnswer, response: ServerResponse): void {
    if (typeof answer === 'object') {
      if ('hang' in answer) return;
      if ('reset' in answer) {
        response.destroy();
        return;
      }
      if ('html' in answer) {
        response.writeHead(answer.status ?? 200, { 'content-type': 'text/html' }).end(answer.html);
        return;
      }
      if ('status' in answer) {
        problem(response, answer.status, answer.error ?? { message: 'scripted' }, answer.headers);
        return;
      }
    }
    const model = String(body['model'] ?? 'offline');
    // Now and then the thinking comes first, as real answers have it.
    const withReasoning = this.thinking++ % 3 === 2;
    const whole = api === 'responses' ? toResponse(model, answer, withReasoning) : toCompletion(model, answer);
    const cut = typeof answer === 'object' && 'cutStream' in answer && answer.cutStream === true;
    if (body['stream'] === true) stream(api, whole, response, cut);
    else json(response, whole);
  }
}

const INVALID = 'invalid_request_error';
/** Shut down on 2026-10-23 (OpenAI's deprecations page); a removed model answers 404. */
const GONE =
  /^(gpt-4|gpt-4-0613|gpt-4-turbo|gpt-4-1106-preview|gpt-3\.5-turbo(-0125)?|gpt-4o-2024-05-13|o1|o3-mini|o4-mini|gpt-4\.1-nano)$/;
/** Models that take no sampling parameters. */
const REASONS = /^(gpt-[5-9]|o\d)/;

/** What the real API would refuse of this request, whatever it asks; scripted answers come first. */
function refusalOf(api: Api, body: Record<string, unknown>) {
  const error = (message: string, code?: string, status = 400) => ({
    status,
    error: { message, type: INVALID, ...(code ? { code } : {}) },
  });
  const model = String(body['model'] ?? '');
  if (!model) return error('you must provide a model parameter');
  if (GONE.test(model)) return error(`The model \`${model}\` does not exist.`, 'model_not_found', 404);
  for (const name of ['temperature', 'top_p']) {
    if (REASONS.test(model) && body[name] !== undefined) {
      return error(`Unsupported parameter: '${name}' is not supported with this model.`, 'unsupported_parameter');
    }
  }
  const open = openCalls(api, body);
  return open.length > 0 ? error(`No tool output found for function call ${open[0]}.`) : undefined;
}

/** Ids of tool calls in the request that no result answers. */
function openCalls(api: Api, body: Record<string, unknown>): string[] {
  const rows = body[api === 'responses' ? 'input' : 'messages'];
  const items = (Array.isArray(rows) ? rows : []) as Record<string, unknown>[];
  const calls =
    api === 'responses'
      ? items.filter((i) => i['type'] === 'function_call').map((i) => String(i['call_id']))
      : items.flatMap((i) => ((i['tool_calls'] ?? []) as { id: string }[]).map((c) => c.id));
  const answered = new Set(
    api === 'responses'
      ? items.filter((i) => i['type'] === 'function_call_output').map((i) => i['call_id'])
      : items.map((i) => i['tool_call_id']),
  );
  return calls.filter((call) => !answered.has(call));
}

function fits(matcher: Matcher, body: Record<string, unknown>, lastUser: string): boolean {
  if (matcher === null) return true;
  if (typeof matcher === 'string') return lastUser.includes(matcher);
  return matcher instanceof RegExp ? matcher.test(lastUser) : matcher(body, lastUser);
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((part) => String((part as { text?: unknown }).text ?? '')).join('\n');
}

function readPrompt(api: Api, body: Record<string, unknown>): { instructions: string; messages: OfflineMessage[] } {
  const rows = (api === 'responses' ? body['input'] : body['messages']) as unknown;
  const items =
    typeof rows === 'string'
      ? [{ role: 'user', content: rows }]
      : ((rows ?? []) as { role?: string; content?: unknown }[]);
  const all = items.map((m) => ({ role: m.role ?? 'tool', text: textOf(m.content) }));
  const system = all.filter((m) => m.role === 'system' || m.role === 'developer').map((m) => m.text);
  const instructions = [String(body['instructions'] ?? ''), ...system].filter(Boolean).join('\n\n');
  return { instructions, messages: all.filter((m) => m.role === 'user' || m.role === 'assistant') };
}

const id = (prefix: string) => `${prefix}_${randomBytes(8).toString('hex')}`;
const tokens = (text: string) => Math.ceil(text.length / 4);
const argumentsText = (call: ScriptedToolCall) =>
  typeof call.arguments === 'string' ? call.arguments : JSON.stringify(call.arguments);

interface Parts {
  readonly text: string | null;
  readonly refusal: string | null;
  readonly toolCalls: readonly ScriptedToolCall[];
  readonly incomplete: string | null;
  readonly failed: string | null;
}

function partsOf(answer: ScriptedAnswer): Parts {
  const none: Parts = { text: null, refusal: null, toolCalls: [], incomplete: null, failed: null };
  if (typeof answer === 'string') return { ...none, text: answer };
  if ('toolCalls' in answer) return { ...none, toolCalls: answer.toolCalls };
  if ('refusal' in answer) return { ...none, refusal: answer.refusal };
  if ('incomplete' in answer) return { ...none, incomplete: answer.incomplete, text: answer.text ?? '' };
  if ('failed' in answer) return { ...none, failed: answer.failed };
  return { ...none, text: 'text' in answer ? answer.text : '' };
}

function toResponse(model: string, answer: ScriptedAnswer, withReasoning: boolean) {
  const { text, refusal, toolCalls, incomplete, failed } = partsOf(answer);
  const content = [
    ...(text === null ? [] : [{ type: 'output_text', text, annotations: [] }]),
    ...(refusal === null ? [] : [{ type: 'refusal', refusal }]),
  ];
  const output = [
    ...(withReasoning ? [{ type: 'reasoning', id: id('rs'), summary: [] }] : []),
    ...toolCalls.map((call) => ({
      type: 'function_call',
      id: id('fc'),
      call_id: id('call'),
      name: call.name,
      arguments: argumentsText(call),
      status: 'completed',
    })),
    ...(content.length > 0
      ? [{ type: 'message', id: id('msg'), role: 'assistant', status: 'completed', content }]
      : []),
  ];
  const outputTokens = tokens(text ?? refusal ?? '');
  return {
    id: id('resp'),
    object: 'response',
    created_at: Math.floor(Date.now() / 1000),
    status: failed ? 'failed' : incomplete ? 'incomplete' : 'completed',
    error: failed ? { code: failed, message: 'scripted failure' } : null,
    incomplete_details: incomplete ? { reason: incomplete } : null,
    model,
    output: failed ? [] : output,
    usage: {
      input_tokens: 100,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: outputTokens,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 100 + outputTokens,
    },
  };
}

const FINISH: Readonly<Record<string, string>> = { max_output_tokens: 'length', content_filter: 'content_filter' };

function toCompletion(model: string, answer: ScriptedAnswer) {
  const { text, refusal, toolCalls, incomplete } = partsOf(answer);
  const calls = toolCalls.map((call) => ({
    id: id('call'),
    type: 'function',
    function: { name: call.name, arguments: argumentsText(call) },
  }));
  const outputTokens = tokens(text ?? refusal ?? '');
  return {
    id: id('chatcmpl'),
    object: 'chat.completion',
    created: Math.floor(Date.now() / 1000),
    model,
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: text, refusal, ...(calls.length > 0 ? { tool_calls: calls } : {}) },
        finish_reason: calls.length > 0 ? 'tool_calls' : incomplete ? (FINISH[incomplete] ?? 'stop') : 'stop',
      },
    ],
    usage: {
      prompt_tokens: 100,
      completion_tokens: outputTokens,
      total_tokens: 100 + outputTokens,
      prompt_tokens_details: { cached_tokens: 0 },
    },
  };
}

/** The whole answer again, as server-sent events with the text in small pieces. */
function stream(
  api: Api,
  whole: ReturnType<typeof toResponse> | ReturnType<typeof toCompletion>,
  response: ServerResponse,
  cut: boolean,
): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  let written = '';
  const send = (data: object, event?: string) => {
    written += `${event ? `event: ${event}\n` : ''}data: ${JSON.stringify(data)}\n\n`;
  };
  const finish = (last = '') => {
    const bytes = Buffer.from(written + last);
    const end = cut ? Math.floor(bytes.length / 2) : bytes.length;
    void writeInPieces(response, bytes.subarray(0, end), cut);
  };
  if (api === 'chat') {
    const { choices, usage, ...rest } = whole as ReturnType<typeof toCompletion>;
    const base = { ...rest, object: 'chat.completion.chunk' };
    for (const delta of pieces(choices[0]!.message.content ?? ''))
      send({ ...base, choices: [{ index: 0, delta: { role: 'assistant', content: delta }, finish_reason: null }] });
    send({ ...base, choices: [{ index: 0, delta: {}, finish_reason: choices[0]!.finish_reason }] });
    send({ ...base, choices: [], usage });
    finish('data: [DONE]\n\n');
    return;
  }
  const answer = whole as ReturnType<typeof toResponse>;
  let sequence = 0;
  const event = (type: string, data: object) => send({ type, sequence_number: sequence++, ...data }, type);
  event('response.created', { response: { ...answer, status: 'in_progress', output: [] } });
  answer.output.forEach((item, index) => {
    event('response.output_item.added', { output_index: index, item });
    const text =
      'content' in item && item.content ? ((item.content[0] as { text?: string } | undefined)?.text ?? '') : '';
    for (const delta of pieces(text))
      event('response.output_text.delta', { output_index: index, item_id: item.id, content_index: 0, delta });
    event('response.output_item.done', { output_index: index, item });
  });
  event(`response.${answer.status}`, { response: answer });
  finish();
}

/** Pieces that end anywhere, inside a line or a character: a reader may count on nothing but bytes. */
async function writeInPieces(response: ServerResponse, bytes: Buffer, cut: boolean): Promise<void> {
  for (let from = 0; from < bytes.length && !response.destroyed; from += STREAM_PIECE_BYTES) {
    response.write(bytes.subarray(from, from + STREAM_PIECE_BYTES));
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (cut) response.destroy();
  else response.end();
}

const STREAM_PIECE_BYTES = 251;
const pieces = (text: string) => text.match(/[\s\S]{1,12}/gu) ?? [];

/** Vectors that depend on the text alone, in shuffled order: callers must sort by `index`. */
function embeddings(body: Record<string, unknown>) {
  const inputs = Array.isArray(body['input']) ? (body['input'] as unknown[]) : [body['input']];
  const size = Number(body['dimensions'] ?? 64);
  const data = inputs.map((input, index) => {
    const bytes = createHash('sha512').update(String(input)).digest();
    const vector = Array.from({ length: size }, (_, i) => bytes[i % 64]! / 127.5 - 1);
    return { object: 'embedding', index, embedding: vector };
  });
  return { object: 'list', model: body['model'], data: data.reverse(), usage: { prompt_tokens: 8, total_tokens: 8 } };
}

function json(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json', 'x-request-id': id('req') }).end(JSON.stringify(body));
}

function problem(
  response: ServerResponse,
  status: number,
  error: { code?: string; type?: string; message: string },
  headers: Readonly<Record<string, string>> = {},
): void {
  const body = { error: { param: null, type: null, code: null, ...error } };
  response
    .writeHead(status, { 'content-type': 'application/json', 'x-request-id': id('req'), ...headers })
    .end(JSON.stringify(body));
}
