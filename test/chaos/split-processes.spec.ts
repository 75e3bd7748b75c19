import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EvolutionGateway, startEvolutionGateway } from '../../simulator/evolution-gateway.js';
import { type OpenAiServer, startOpenAiServer } from '../../simulator/openai-server.js';
import { createTestDatabase } from '../support/database.js';
import { ServerProcess } from '../support/server-process.js';
import { freePort, request } from '../support/test-app.js';

let gateway: EvolutionGateway;
let model: OpenAiServer;
let database: Awaited<ReturnType<typeof createTestDatabase>>;
let api: ServerProcess;
let workers: ServerProcess[];
let ports: number[];

beforeAll(async () => {
  gateway = await startEvolutionGateway({ apiKey: 'split', ackDelayMs: 5 });
  model = await startOpenAiServer({ record: true });
  database = await createTestDatabase();
  ports = [await freePort(), await freePort(), await freePort()];
  const process = (role: string, port: number) =>
    new ServerProcess(`http://127.0.0.1:${port}`, {
      ROLE: role,
      PORT: String(port),
      DATABASE_URL: database.url,
      EVOLUTION_API_URL: gateway.url,
      EVOLUTION_API_KEY: 'split',
      OPENAI_BASE_URL: model.baseUrl,
      OPENAI_API_KEY: 'split',
      JWT_SECRET: 'the-same-secret-in-every-process-0123456789',
      LOG_LEVEL: 'warn',
    });
  api = process('api', ports[0]!);
  workers = [process('worker', ports[1]!), process('worker', ports[2]!)];
  await Promise.all(workers.map((w) => w.start()));
  await api.start();
});

afterAll(async () => {
  await Promise.all([api, ...(workers ?? [])].map((p) => p?.terminate()));
  await Promise.all([gateway?.close(), model?.close()]);
  await database?.drop();
});

describe('one api process and two workers on one database', () => {
  it('answer every customer once; a worker shows people nothing but its health', async () => {
    const call = async (method: string, path: string, body?: unknown, token?: string) =>
      (await request(api.url, method, path, { body, token })).body;
    const person = { name: 'Ana', email: 'ana@example.com', password: 'correct horse battery' };
    const token = (await call('POST', '/auth/register', person)).data.accessToken;
    const [workspace] = await call('GET', '/v2/workspaces', undefined, token);
    const agent = await call('POST', `/v2/workspace/${workspace.id}/agents`, { name: 'Bia' }, token);
    await call('PUT', `/v2/agent/${agent.id}/settings`, { messageGroupingTime: 'NO_GROUP' }, token);
    const channel = await call('POST', `/v2/agent/${agent.id}/create-channel`, { name: 'L', type: 'WHATSAPP' }, token);
    await call('PUT', `/v2/channel/${channel.id}/config`, { enabledTyping: false }, token);
    const instance = `tawkee-${channel.id}`;
    await gateway.scan(instance, { number: '558133330000' });

    model.reply(null, 'Pronto.');
    const phones = Array.from({ length: 20 }, (_, i) =>
      gateway.phone(instance, { number: `55819800000${String(i).padStart(2, '0')}`, name: 'Cliente' }),
    );
    for (const phone of phones) phone.say('oi');
    await Promise.all(phones.map((phone) => phone.waitForMessages(1, 40_000)));

    // The API's own channel waits in one process for a turn that ends in another.
    const asked = { contextId: 'site', prompt: 'oi' };
    const answer = await call('POST', `/v2/agent/${agent.id}/conversation`, asked, token);
    expect(answer).toEqual({ message: 'Pronto.', images: [], audios: [] });
    expect(phones.map((p) => p.received.length)).toEqual(phones.map(() => 1));
    expect((await request(workers[0]!.url, 'GET', '/v2/workspaces', { token })).status).toBe(404);
  });
});
