import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ModelError } from './model-error.js';
import { OpenAiAudioService } from './openai-audio.client.js';

/** What the server answers, and what it was asked. */
let reply: { status: number; body: string } | 'hang' | 'reset';
let asked: { url: string; key: string | undefined; form: FormData }[];
let server: Server;
let service: OpenAiAudioService;
let received: () => void;

beforeEach(async () => {
  asked = [];
  received = () => undefined;
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const headers = { 'content-type': request.headers['content-type']! };
    const form = await new Response(Buffer.concat(chunks), { headers }).formData();
    asked.push({ url: request.url!, key: request.headers.authorization, form: form as FormData });
    received();
    if (reply === 'hang') return;
    if (reply === 'reset') return void response.destroy();
    response.writeHead(reply.status, { 'content-type': 'application/json' }).end(reply.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  service = start();
});

afterEach(async () => {
  await service.onApplicationShutdown();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function start(attemptMs = 5_000) {
  const { port } = server.address() as AddressInfo;
  return new OpenAiAudioService(
    { baseUrl: `http://127.0.0.1:${port}/v1`, apiKey: 'k', transcribeModel: 'gpt-transcribe' },
    { attemptMs },
  );
}

const OGG = { bytes: Buffer.from('OggS'), name: 'audio.ogg', mimetype: 'audio/ogg' };

describe('transcribe', () => {
  it('uploads the recording as it is, with a name that tells its format', async () => {
    reply = { status: 200, body: JSON.stringify({ text: ' Quero dois bolos.\u0000 ' }) };
    expect(await service.transcribe(OGG, { language: 'pt' })).toBe('Quero dois bolos.');
    const [{ url, key, form }] = asked as [(typeof asked)[0]];
    const file = form.get('file') as File;
    expect({ url, key, model: form.get('model'), language: form.get('language'), name: file.name }).toEqual({
      url: '/v1/audio/transcriptions',
      key: 'Bearer k',
      model: 'gpt-transcribe',
      language: 'pt',
      name: 'audio.ogg',
    });
    expect(await file.text()).toBe('OggS');
  });

  it('answers nothing for silence', async () => {
    reply = { status: 200, body: '{"text":"  "}' };
    expect(await service.transcribe(OGG)).toBe('');
    expect(asked[0]!.form.has('language')).toBe(false);
  });

  const failures = [
    {
      name: 'a spent quota',
      answer: { status: 429, body: '{"error":{"code":"insufficient_quota"}}' },
      expected: { family: 'quota', retryable: false },
    },
    { name: 'a busy server', answer: { status: 503, body: 'no' }, expected: { family: 'overloaded', retryable: true } },
    { name: 'a page instead of JSON', answer: { status: 200, body: '<html>' }, expected: { family: 'unreadable' } },
    { name: 'an answer without text', answer: { status: 200, body: '{}' }, expected: { family: 'unreadable' } },
    { name: 'a lost connection', answer: 'reset' as const, expected: { family: 'network', retryable: true } },
  ];
  it.each(failures)('reports $name', async ({ answer, expected }) => {
    reply = answer;
    const error = await service.transcribe(OGG).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ModelError);
    expect(error).toMatchObject(expected);
  });

  it('gives up on a server that hangs', async () => {
    reply = 'hang';
    await service.onApplicationShutdown();
    service = start(100);
    await expect(service.transcribe(OGG)).rejects.toMatchObject({ family: 'timeout' });
  });

  it("throws the caller's own reason", async () => {
    reply = 'hang';
    const stop = new AbortController();
    const reason = new Error('shutting down');
    received = () => stop.abort(reason);
    await expect(service.transcribe(OGG, { signal: stop.signal })).rejects.toBe(reason);
  });
});
