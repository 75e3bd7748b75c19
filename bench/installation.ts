import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Pool } from 'undici';
import { type EvolutionGateway, startEvolutionGateway } from '../simulator/evolution-gateway.js';
import { type OpenAiServer, startOpenAiServer } from '../simulator/openai-server.js';

/** The product as its own process on an embedded database, with both stand-ins in this one. */
export interface Installation {
  readonly pid: number;
  readonly url: string;
  readonly gateway: EvolutionGateway;
  readonly model: OpenAiServer;
  readonly instance: string;
  /** An access token of somebody who has just signed up, with a workspace and nothing in it. */
  readonly token: string;
  /** Posts one webhook; answers its status. */
  knock(body: unknown): Promise<number>;
  close(): Promise<void>;
}

const KEY = 'bench';

/** Starts everything, signs up, and connects one number without grouping and typing. `ticks`: delivery statuses follow. */
export async function install({ ticks = true } = {}): Promise<Installation> {
  const dataDir = mkdtempSync(join(tmpdir(), 'tawkee-bench-'));
  const gateway = await startEvolutionGateway({
    apiKey: KEY,
    record: false,
    ackDelayMs: 50,
    ...(ticks ? {} : { acks: [] }),
  });
  const model = await startOpenAiServer({ record: false });
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(process.execPath, [resolve('dist/src/main.js')], {
    env: {
      ...process.env,
      PORT: String(port),
      DATA_DIR: dataDir,
      EVOLUTION_API_URL: gateway.url,
      EVOLUTION_API_KEY: KEY,
      OPENAI_BASE_URL: model.baseUrl,
      OPENAI_API_KEY: KEY,
      LOG_LEVEL: 'error',
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await ready(url);
  const pool = new Pool(url, { connections: 128, pipelining: 1 });
  const shop = await openShop(pool, gateway);
  return {
    pid: child.pid!,
    url,
    gateway,
    model,
    instance: shop.instance,
    token: shop.newcomer,
    knock: async (body) => {
      const { statusCode, body: answer } = await pool.request({
        method: 'POST',
        path: shop.path,
        headers: shop.headers,
        body: JSON.stringify(body),
      });
      await answer.dump();
      return statusCode;
    },
    close: async () => {
      await pool.destroy();
      await end(child);
      await Promise.all([gateway.close(), model.close()]);
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** A text event of about 2 kB, as the gateway sends it. */
export function textEvent(instance: string, number: string, id: string, text: string) {
  return {
    event: 'messages.upsert',
    instance,
    data: {
      key: { remoteJid: `${number}@s.whatsapp.net`, fromMe: false, id },
      pushName: 'Cliente',
      status: 'DELIVERY_ACK',
      message: {
        conversation: text,
        messageContextInfo: { deviceListMetadataVersion: 2, messageSecret: Object.fromEntries(SECRET.entries()) },
      },
      messageType: 'conversation',
      messageTimestamp: Math.floor(Date.now() / 1000),
      instanceId: '00000000-0000-4000-8000-000000000000',
      source: 'android',
      padding: 'x'.repeat(1_200),
    },
    date_time: new Date().toISOString(),
    sender: '558133330000@s.whatsapp.net',
    server_url: 'http://127.0.0.1',
    apikey: null,
  };
}
const SECRET = Buffer.alloc(32, 7);

async function openShop(pool: Pool, gateway: EvolutionGateway) {
  let token = '';
  const call = async (method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown) => {
    const headers = { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) };
    const answer = await pool.request({
      method,
      path,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await answer.body.text();
    if (answer.statusCode >= 300) throw new Error(`${method} ${path}: ${answer.statusCode} ${text}`);
    return JSON.parse(text);
  };
  const person = { name: 'Bench', email: 'bench@example.com', password: 'correct horse battery' };
  token = (await call('POST', '/auth/register', person)).data.accessToken;
  const [workspace] = await call('GET', '/v2/workspaces');
  const agent = await call('POST', `/v2/workspace/${workspace.id}/agents`, { name: 'Bia', behavior: 'Seja breve.' });
  await call('PUT', `/v2/agent/${agent.id}/settings`, { messageGroupingTime: 'NO_GROUP', splitMessages: false });
  const channel = await call('POST', `/v2/agent/${agent.id}/create-channel`, { name: 'Loja', type: 'WHATSAPP' });
  await call('PUT', `/v2/channel/${channel.id}/config`, { enabledTyping: false });
  const instance = `tawkee-${channel.id}`;
  await gateway.scan(instance, { number: '558133330000' });
  while ((await call('GET', `/v2/agent/${agent.id}/search`)).data[0].connected !== true)
    await new Promise((r) => setTimeout(r, 20));
  const found = await new Pool(gateway.url).request({
    method: 'GET',
    path: `/webhook/find/${instance}`,
    headers: { apikey: KEY },
  });
  const webhook = (await found.body.json()) as { url: string; headers: Record<string, string> };
  const newcomer = await call('POST', '/auth/register', { ...person, email: 'newcomer@example.com' });
  return {
    instance,
    newcomer: newcomer.data.accessToken as string,
    path: new URL(webhook.url).pathname,
    headers: { 'content-type': 'application/json', ...webhook.headers } as Record<string, string>,
  };
}

async function ready(url: string): Promise<void> {
  for (let i = 0; i < 600; i++) {
    const { statusCode } = await new Pool(url)
      .request({ method: 'GET', path: '/health/ready' })
      .catch(() => ({ statusCode: 0 }));
    if (statusCode === 200) return;
    await new Promise((r) => setTimeout(r, 100));
  }
  throw new Error('the server did not become ready');
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}
