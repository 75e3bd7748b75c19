import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type OpenAiServer, type ScriptedAnswer, startOpenAiServer } from './openai-server.js';

let server: OpenAiServer;
beforeEach(async () => {
  server = await startOpenAiServer();
});
afterEach(() => server.close());

const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(server.baseUrl + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer secret', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever came
const read = async (answer: Promise<Response> | Response): Promise<any> => (await answer).json();
const respond = (text: string, more: object = {}) =>
  post('/responses', { model: 'm', input: [{ role: 'user', content: [{ type: 'input_text', text }] }], ...more });
const chat = (text: string, more: object = {}) =>
  post('/chat/completions', { model: 'm', messages: [{ role: 'user', content: text }], ...more });

describe('both APIs', () => {
  it('answer in their own shapes', async () => {
    server.reply('oi', 'olá');
    const response = await read(respond('oi'));
    expect(response).toMatchObject({ object: 'response', status: 'completed', error: null, model: 'm' });
    expect(response.id).toMatch(/^resp_/);
    const message = response.output.find((item: { type: string }) => item.type === 'message');
    expect(message).toMatchObject({ role: 'assistant', content: [{ type: 'output_text', text: 'olá' }] });
    expect(response.usage.total_tokens).toBe(response.usage.input_tokens + response.usage.output_tokens);
    const completion = await read(chat('oi'));
    expect(completion).toMatchObject({
      object: 'chat.completion',
      choices: [{ message: { role: 'assistant', content: 'olá' }, finish_reason: 'stop' }],
    });
  });

  it('put a reasoning item first at times', async () => {
    server.reply(null, 'olá');
    const firsts: string[] = [];
    for (let i = 0; i < 3; i++) firsts.push((await read(respond('oi'))).output[0].type);
    expect(new Set(firsts)).toEqual(new Set(['reasoning', 'message']));
  });

  it('call tools, several at once', async () => {
    const calls = [
      { name: 'list_slots', arguments: { date: '2026-11-24' } },
      { name: 'price', arguments: '{broken' },
    ];
    server.reply(null, { toolCalls: calls });
    const { output } = await read(respond('horários?'));
    const made = output.filter((item: { type: string }) => item.type === 'function_call');
    expect(made.map((c: { name: string; arguments: string }) => [c.name, c.arguments])).toEqual([
      ['list_slots', '{"date":"2026-11-24"}'],
      ['price', '{broken'],
    ]);
    const { choices } = await read(chat('horários?'));
    expect(choices[0].finish_reason).toBe('tool_calls');
    expect(choices[0].message.tool_calls).toHaveLength(2);
  });

  const shapes: { name: string; input: ScriptedAnswer; expected: [object, object] }[] = [
    {
      name: 'a refusal',
      input: { refusal: 'no' },
      expected: [{ status: 'completed' }, { choices: [{ message: { content: null, refusal: 'no' } }] }],
    },
    {
      name: 'an answer cut by the token limit',
      input: { incomplete: 'max_output_tokens', text: 'half' },
      expected: [
        { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } },
        { choices: [{ finish_reason: 'length' }] },
      ],
    },
    {
      name: 'an answer cut by the content filter',
      input: { incomplete: 'content_filter' },
      expected: [
        { status: 'incomplete', incomplete_details: { reason: 'content_filter' } },
        { choices: [{ finish_reason: 'content_filter' }] },
      ],
    },
  ];
  it.each(shapes)('$name', async ({ input, expected }) => {
    server.reply(null, input);
    expect(await read(respond('x'))).toMatchObject(expected[0]);
    expect(await read(chat('x'))).toMatchObject(expected[1]);
  });

  it('may fail inside a 200', async () => {
    server.reply(null, { failed: 'server_error' });
    const answer = await respond('x');
    expect(answer.status).toBe(200);
    expect(await read(answer)).toMatchObject({ status: 'failed', error: { code: 'server_error' }, output: [] });
  });

  it('stream the whole text in pieces, with one terminal event', async () => {
    server.reply(null, 'Entregamos de segunda a sexta, çãé.');
    const events = (await (await respond('x', { stream: true })).text())
      .split('\n\n')
      .filter(Boolean)
      .map((block) => JSON.parse(block.split('data: ')[1]!));
    const deltas = events.filter((e) => e.type === 'response.output_text.delta');
    expect(deltas.length).toBeGreaterThan(1);
    expect(deltas.map((e) => e.delta).join('')).toBe('Entregamos de segunda a sexta, çãé.');
    expect(events.at(-1).type).toBe('response.completed');
    expect(events.map((e) => e.sequence_number)).toEqual(events.map((_, i) => i));
    const chunks = await (await chat('x', { stream: true })).text();
    expect(chunks.trimEnd().endsWith('data: [DONE]')).toBe(true);
  });

  it('may end a stream half-way', async () => {
    server.reply(null, { text: 'never whole', cutStream: true });
    const answer = await respond('x', { stream: true });
    await expect(answer.text()).rejects.toThrow();
  });
});

describe('errors', () => {
  const error = { code: 'rate_limit_exceeded', type: 'requests', message: 'slow down' };
  it('are scripted with status and headers', async () => {
    server.reply(null, { status: 429, error, headers: { 'retry-after': '2' } }, { times: 1 });
    const answer = await respond('x');
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '2']);
    expect((await read(answer)).error).toEqual({ ...error, param: null });
    expect((await respond('x')).status).toBe(200);
  });

  it('may be HTML, or a broken connection', async () => {
    server.reply('html', { html: '<h1>Bad gateway</h1>', status: 502 });
    server.reply('reset', { reset: true });
    const answer = await respond('html');
    expect([answer.status, answer.headers.get('content-type')]).toEqual([502, 'text/html']);
    await expect(respond('reset')).rejects.toThrow();
  });

  it('last until stopped', async () => {
    const outage = server.failFor(Number.POSITIVE_INFINITY, { status: 500 });
    expect((await respond('x')).status).toBe(500);
    outage.stop();
    expect((await respond('x')).status).toBe(200);
  });

  it.each([
    { name: 'a model that was shut down', input: { model: 'gpt-3.5-turbo' }, expected: [404, 'model_not_found'] },
    {
      name: 'temperature for a reasoning model',
      input: { model: 'gpt-6.1-terra', temperature: 0.2 },
      expected: [400, 'unsupported_parameter'],
    },
    {
      name: 'a tool call without its result',
      input: { input: [{ type: 'function_call', call_id: 'call_1', name: 'f', arguments: '{}' }] },
      expected: [400, null],
    },
  ])('$name is refused', async ({ input, expected }) => {
    const answer = await respond('x', input);
    expect([answer.status, (await read(answer)).error.code]).toEqual(expected);
  });

  it('broken JSON is a 400, an unknown path a 404, a wrong key a 401', async () => {
    expect((await post('/responses', '{"model')).status).toBe(400);
    expect((await post('/nothing', {})).status).toBe(404);
    const guarded = await startOpenAiServer({ apiKey: 'right' });
    const answer = await fetch(`${guarded.baseUrl}/models`, { headers: { authorization: 'Bearer wrong' } });
    expect([answer.status, (await read(answer)).error.code]).toEqual([401, 'invalid_api_key']);
    await guarded.close();
  });
});

describe('the rest', () => {
  it('keeps a record of requests without the key', async () => {
    const arrived = server.waitForRequests(1, 2_000);
    await respond('oi', { store: false });
    await arrived;
    expect(server.requests[0]).toMatchObject({ path: '/v1/responses', body: { store: false } });
    expect(JSON.stringify(server.requests)).not.toContain('secret');
  });

  it('holds requests until released', async () => {
    const gate = server.hold();
    let answered = false;
    const answer = respond('oi').then(() => {
      answered = true;
    });
    await server.waitForRequests(1, 2_000);
    expect(answered).toBe(false);
    gate.release();
    await answer;
  });

  it('without a script is the offline model', async () => {
    const answer = await chat('aceitam Pix?', {
      messages: [
        { role: 'system', content: '# How you behave\nAceitamos Pix e cartão.' },
        { role: 'user', content: 'aceitam Pix?' },
      ],
    });
    expect((await read(answer)).choices[0].message.content).toContain('Aceitamos Pix e cartão.');
  });

  it('embeds deterministically, in another order than asked', async () => {
    const embed = async () => (await read(post('/embeddings', { model: 'e', input: ['a', 'b'], dimensions: 8 }))).data;
    const [first, again] = [await embed(), await embed()];
    expect(first).toEqual(again);
    expect(first.map((d: { index: number }) => d.index)).toEqual([1, 0]);
    expect(first[0].embedding).toHaveLength(8);
    expect(first[0].embedding).not.toEqual(first[1].embedding);
  });
});
