import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ModelError } from './model-error.js';
import { type OpenAiOptions, type OpenAiSeams, OpenAiService, type ThinkRequest } from './openai.service.js';

type Reply = { status: number; body: unknown; headers?: Record<string, string> } | 'hang' | 'reset';

let server: Server;
let base: string;
let services: OpenAiService[];
let seen: { url: string; headers: IncomingHttpHeaders; body: Record<string, unknown> }[];
/** Given in turn; the last one stays. */
let replies: Reply[];
let asked: () => void;

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const raw = await text(request);
  seen.push({ url: request.url ?? '', headers: request.headers, body: JSON.parse(raw) });
  const reply = replies.length > 1 ? replies.shift() : replies[0];
  asked();
  if (reply === undefined || reply === 'hang') return;
  if (reply === 'reset') {
    request.socket.resetAndDestroy();
    return;
  }
  response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
  response.end(typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body));
}

beforeEach(async () => {
  seen = [];
  services = [];
  replies = [];
  asked = () => {};
  server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
});

afterEach(async () => {
  for (const service of services) await service.onApplicationShutdown();
  server.closeAllConnections();
  server.close();
});

function start(options: Partial<OpenAiOptions> = {}, seams: OpenAiSeams = {}): OpenAiService {
  const service = new OpenAiService({ baseUrl: base, apiKey: 'key', ...options }, seams);
  services.push(service);
  return service;
}

const REQUEST: ThinkRequest = {
  model: 'some-model',
  instructions: 'You sell bread.\u0000',
  messages: [
    { role: 'user', text: 'Hi\ud83d' },
    { role: 'assistant', text: 'Hello' },
    { role: 'user', text: 'Open?' },
  ],
  maxOutputTokens: 300,
  cacheKey: 'cache',
  safetyId: 'hash',
};

const chat = (content: string | null, more: object = {}, message: object = {}) => ({
  id: 'c1',
  object: 'chat.completion',
  created: 1,
  model: 'served-model',
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content, ...message }, ...more }],
  usage: { prompt_tokens: 20, completion_tokens: 5, total_tokens: 25, prompt_tokens_details: { cached_tokens: 8 } },
});
const responses = (parts: object[], more: object = {}) => ({
  id: 'resp_1',
  object: 'response',
  created_at: 1,
  status: 'completed',
  error: null,
  incomplete_details: null,
  model: 'served-model',
  output: [
    { type: 'reasoning', id: 'rs_1', summary: [] },
    { type: 'message', role: 'assistant', id: 'msg_1', status: 'completed', content: parts },
  ],
  usage: { input_tokens: 20, input_tokens_details: { cached_tokens: 8 }, output_tokens: 5, total_tokens: 25 },
  ...more,
});
const said = (words: string) => ({ type: 'output_text', text: words, annotations: [] });
const ok = (body: unknown): Reply => ({ status: 200, body, headers: { 'x-request-id': 'req_1' } });
const failed = (status: number, code: string, headers: Record<string, string> = {}): Reply => ({
  status,
  body: { error: { message: 'no', type: 'x', code, param: null } },
  headers,
});
const USAGE = { inputTokens: 20, outputTokens: 5, cachedTokens: 8 };

describe('Chat Completions, for compatible servers', () => {
  it('asks with what every server knows and nothing else', async () => {
    replies = [ok(chat('<think>easy</think>Yes, till noon.'))];
    expect(await start().think(REQUEST)).toEqual({
      text: 'Yes, till noon.',
      toolCalls: [],
      finish: 'stop',
      servedModel: 'served-model',
      usage: USAGE,
      requestId: 'req_1',
    });
    expect(seen[0]?.url).toBe('/v1/chat/completions');
    expect(seen[0]?.headers['authorization']).toBe('Bearer key');
    expect(seen[0]?.body).toEqual({
      model: 'some-model',
      max_tokens: 300,
      messages: [
        { role: 'system', content: 'You sell bread.' },
        { role: 'user', content: 'Hi\ufffd' },
        { role: 'assistant', content: 'Hello' },
        { role: 'user', content: 'Open?' },
      ],
    });
  });

  const finishes = [
    {
      name: 'cut off',
      body: chat('Yes, ti', { finish_reason: 'length' }),
      expected: { text: 'Yes, ti', finish: 'length' },
    },
    {
      name: 'filtered',
      body: chat(null, { finish_reason: 'content_filter' }),
      expected: { text: '', finish: 'filtered' },
    },
    {
      name: 'refused',
      body: chat(null, {}, { refusal: 'I cannot.' }),
      expected: { text: 'I cannot.', finish: 'refused' },
    },
    { name: 'no usage', body: { ...chat('Yes'), usage: null }, expected: { text: 'Yes', usage: null } },
  ];
  it.each(finishes)('$name', async ({ body, expected }) => {
    replies = [ok(body)];
    expect(await start().think(REQUEST)).toMatchObject(expected);
  });

  it('needs no key', async () => {
    replies = [ok(chat('Yes'))];
    await start({ apiKey: undefined }).think(REQUEST);
    expect(seen[0]?.headers).not.toHaveProperty('authorization');
  });
});

describe('Responses', () => {
  it('asks without letting the server keep it, and without sampling settings', async () => {
    replies = [ok(responses([said('Yes, till noon.')]))];
    expect(await start({ api: 'responses' }).think(REQUEST)).toEqual({
      text: 'Yes, till noon.',
      toolCalls: [],
      finish: 'stop',
      servedModel: 'served-model',
      usage: USAGE,
      requestId: 'req_1',
    });
    expect(seen[0]?.url).toBe('/v1/responses');
    const { body } = seen[0]!;
    expect(body).toMatchObject({ model: 'some-model', store: false, max_output_tokens: 300 });
    expect(JSON.stringify(body['input'])).toContain('You sell bread.');
    for (const field of ['temperature', 'top_p', 'previous_response_id', 'prompt_cache_key', 'safety_identifier'])
      expect(body).not.toHaveProperty(field);
  });

  const finishes = [
    {
      name: 'cut off',
      body: responses([said('Yes, ti')], { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }),
      expected: { text: 'Yes, ti', finish: 'length' },
    },
    {
      name: 'filtered',
      body: responses([], { status: 'incomplete', incomplete_details: { reason: 'content_filter' } }),
      expected: { text: '', finish: 'filtered' },
    },
    {
      name: 'refused',
      body: responses([{ type: 'refusal', refusal: 'I cannot.' }]),
      expected: { text: 'I cannot.', finish: 'refused' },
    },
  ];
  it.each(finishes)('$name', async ({ body, expected }) => {
    replies = [ok(body)];
    expect(await start({ api: 'responses' }).think(REQUEST)).toMatchObject(expected);
  });

  it('reads a failure inside a 200', async () => {
    const error = { code: 'server_error', message: 'sorry' };
    replies = [ok(responses([], { status: 'failed', error }))];
    await expect(start({ api: 'responses' }).think(REQUEST)).rejects.toMatchObject({
      family: 'server',
      retryable: true,
    });
  });
});

describe('tools', () => {
  const OFFER = {
    name: 'resolve',
    description: 'Ends it.',
    parameters: {
      type: 'object',
      properties: { why: { type: 'string' } },
      required: ['why'],
      additionalProperties: false,
    },
  };
  const asking: ThinkRequest = { ...REQUEST, tools: [OFFER] };
  const dialogue: ThinkRequest['messages'] = [
    { role: 'user', text: 'Done', images: [{ mimetype: 'image/png', base64: 'iVBORw0KGgo=' }] },
    { role: 'assistant', text: '', toolCalls: [{ id: 'call_1', name: 'resolve', arguments: { why: 'said so' } }] },
    { role: 'tool', callId: 'call_1', name: 'resolve', result: { ok: true, note: 'x\u0000' } },
  ];
  const chatCalls = (calls: object[]) => chat(null, { finish_reason: 'tool_calls' }, { tool_calls: calls });
  const call = (id: string, args: string, name = 'resolve') => ({
    id,
    type: 'function',
    function: { name, arguments: args },
  });

  it('offers them, and answers what the model asks for, without calling anything', async () => {
    replies = [ok(chatCalls([call('call_9', '{"why":"thanks"}')]))];
    expect(await start().think(asking)).toMatchObject({
      text: '',
      toolCalls: [{ id: 'call_9', name: 'resolve', arguments: { why: 'thanks' } }],
    });
    expect(seen).toHaveLength(1);
    expect(seen[0]?.body['tools']).toEqual([
      { type: 'function', function: { name: 'resolve', description: 'Ends it.', parameters: OFFER.parameters } },
    ]);
  });

  const oddities = [
    { name: 'an unknown tool', calls: [call('a', '{}', 'fly')], expected: [{ id: 'a', name: 'fly', arguments: {} }] },
    { name: 'no JSON', calls: [call('a', '{"why":')], expected: [{ id: 'a', name: 'resolve', arguments: null }] },
    { name: 'a list', calls: [call('a', '[1]')], expected: [{ id: 'a', name: 'resolve', arguments: null }] },
    {
      name: 'one id twice',
      calls: [call('a', '{}'), call('a', '{}')],
      expected: [{ id: 'a' }, { id: 'call_1_resolve' }],
    },
  ];
  it.each(oddities)('reads $name', async ({ calls, expected }) => {
    replies = [ok(chatCalls(calls))];
    expect((await start().think(asking)).toolCalls).toMatchObject(expected);
  });

  it('replays calls and results to compatible servers', async () => {
    replies = [ok(chat('Bye'))];
    await start().think({ ...asking, messages: dialogue });
    expect(seen[0]?.body['messages']).toEqual([
      { role: 'system', content: 'You sell bread.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Done' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } },
        ],
      },
      expect.objectContaining({
        role: 'assistant',
        tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'resolve', arguments: '{"why":"said so"}' } }],
      }),
      { role: 'tool', tool_call_id: 'call_1', content: '{"ok":true,"note":"x\\u0000"}' },
    ]);
  });

  it('replays calls and results to the Responses API', async () => {
    replies = [
      ok(
        responses([], {
          output: [
            {
              type: 'function_call',
              id: 'fc_1',
              call_id: 'c1',
              name: 'resolve',
              arguments: '{"why":"y"}',
              status: 'completed',
            },
          ],
        }),
      ),
    ];
    const service = start({ api: 'responses' });
    expect((await service.think({ ...asking, messages: dialogue })).toolCalls).toEqual([
      { id: 'c1', name: 'resolve', arguments: { why: 'y' } },
    ]);
    const input = seen[0]?.body['input'] as Record<string, unknown>[];
    expect(input).toContainEqual(
      expect.objectContaining({
        type: 'function_call',
        call_id: 'call_1',
        name: 'resolve',
        arguments: '{"why":"said so"}',
      }),
    );
    expect(input).toContainEqual(expect.objectContaining({ type: 'function_call_output', call_id: 'call_1' }));
    expect(JSON.stringify(input)).toContain('data:image/png;base64,iVBORw0KGgo=');
  });
});

describe('failures', () => {
  const cases: { name: string; reply: Reply; expected: object }[] = [
    {
      name: 'rate limit',
      reply: failed(429, 'rate_limit_exceeded', { 'retry-after': '2' }),
      expected: { family: 'rate', retryable: true, retryAfterMs: 2000, status: 429 },
    },
    { name: 'quota', reply: failed(429, 'insufficient_quota'), expected: { family: 'quota', retryable: false } },
    { name: 'wrong key', reply: failed(401, 'invalid_api_key'), expected: { family: 'credentials' } },
    { name: 'model gone', reply: failed(404, 'model_not_found'), expected: { family: 'model_not_found' } },
    { name: 'too long', reply: failed(400, 'context_length_exceeded'), expected: { family: 'too_long' } },
    { name: 'broken', reply: { status: 502, body: '<html>' }, expected: { family: 'server', retryable: true } },
    { name: 'overloaded', reply: failed(503, 'server_is_overloaded'), expected: { family: 'overloaded' } },
    { name: 'HTML as an answer', reply: { status: 200, body: '<html>' }, expected: { family: 'unreadable' } },
    { name: 'no choices', reply: ok({ ...chat('x'), choices: [] }), expected: { family: 'unreadable', status: 200 } },
    { name: 'an empty answer', reply: ok(chat(' \n')), expected: { family: 'unreadable', retryable: true } },
    { name: 'connection lost', reply: 'reset', expected: { family: 'network', retryable: true, status: null } },
    {
      name: 'redirected: the key is not carried on',
      reply: { status: 307, body: '', headers: { location: '/v1/elsewhere' } },
      expected: { family: 'invalid', retryable: false },
    },
  ];
  it.each(cases)('$name', async ({ reply, expected }) => {
    replies = [reply];
    const error = await start()
      .think(REQUEST)
      .catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ModelError);
    expect(error).toMatchObject(expected);
    expect(seen).toHaveLength(1);
  });

  it('gives up on a server that hangs', async () => {
    replies = ['hang'];
    await expect(start({}, { attemptMs: 100 }).think(REQUEST)).rejects.toMatchObject({
      family: 'timeout',
      retryable: true,
    });
  });

  it("throws the caller's own reason when the caller stops", async () => {
    replies = ['hang'];
    const stop = new AbortController();
    const reason = new Error('a person took over');
    asked = () => stop.abort(reason);
    await expect(start().think({ ...REQUEST, signal: stop.signal })).rejects.toBe(reason);
  });
});

describe('thinkPatiently', () => {
  /** A service whose clock moves only while it waits. */
  function startPatient() {
    const waits: number[] = [];
    let now = 0;
    const sleep = async (ms: number, signal?: AbortSignal) => {
      signal?.throwIfAborted();
      waits.push(ms);
      now += ms;
    };
    return { waits, service: start({}, { sleep, now: () => now, random: () => 0 }) };
  }

  it('tries again until it succeeds, as late as the server asks', async () => {
    replies = [
      failed(500, 'server_error'),
      failed(429, 'rate_limit_exceeded', { 'retry-after-ms': '1500' }),
      'reset',
      ok(chat('Yes')),
    ];
    const { service, waits } = startPatient();
    expect(await service.thinkPatiently(REQUEST)).toMatchObject({ text: 'Yes' });
    expect(waits).toEqual([500, 1500, 2000]);
  });

  it('gives up with the last failure when the budget is spent, not before', async () => {
    replies = [failed(500, 'server_error')];
    const { service, waits } = startPatient();
    await expect(service.thinkPatiently(REQUEST, { budgetMs: 60_000 })).rejects.toMatchObject({ family: 'server' });
    expect(waits.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThanOrEqual(60_000);
    expect(seen).toHaveLength(waits.length + 1);
  });

  it('never repeats a spent quota', async () => {
    replies = [failed(429, 'insufficient_quota', { 'retry-after': '1' }), ok(chat('Yes'))];
    const { service } = startPatient();
    await expect(service.thinkPatiently(REQUEST)).rejects.toMatchObject({ family: 'quota' });
    expect(seen).toHaveLength(1);
  });

  it("throws the caller's own reason when the caller stops while it waits", async () => {
    replies = [failed(503, 'server_is_overloaded', { 'retry-after': '30' })];
    const stop = new AbortController();
    const reason = new Error('shutting down');
    const random = () => {
      // Drawn just before the wait begins.
      setImmediate(() => stop.abort(reason));
      return 0;
    };
    await expect(start({}, { random }).thinkPatiently(REQUEST, { signal: stop.signal })).rejects.toBe(reason);
  });
});
