import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import pg from 'pg';
import { type EvolutionGateway, startEvolutionGateway } from '../../simulator/evolution-gateway.js';
import { type OpenAiServer, startOpenAiServer } from '../../simulator/openai-server.js';
import { SimulatorModule } from '../../simulator/simulator.module.js';
import { parseConfig, type RuntimeConfig } from '../../src/config.js';
import { createApp } from '../../src/create-app.js';
import { createTestDatabase } from './database.js';
import { recordRoute } from './route-log.js';

/** An answer of the application. */
export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever came
  readonly body: any;
  readonly text: string;
}

/** Somebody who signed up: token, first workspace. */
export interface Person {
  readonly token: string;
  readonly refreshToken: string;
  readonly userId: string;
  readonly email: string;
  readonly password: string;
  readonly workspaceId: string;
}

/** A connected WhatsApp channel with its agent. */
export interface Shop extends Person {
  readonly agentId: string;
  readonly channelId: string;
  readonly instanceName: string;
}

/** The whole product on a port, its own database, and both stand-ins. */
export interface TestApp {
  readonly app: NestFastifyApplication;
  readonly url: string;
  readonly databaseUrl: string;
  readonly db: pg.Pool;
  readonly gateway: EvolutionGateway;
  readonly model: OpenAiServer;
  readonly config: RuntimeConfig;
  inject(method: string, path: string, options?: RequestOptions): Promise<Answer>;
  register(name?: string): Promise<Person>;
  /** A signed-up person with one agent and one connected number. Typing is off unless asked for. */
  openShop(options?: ShopOptions): Promise<Shop>;
  /** The headers the gateway sends with this instance's webhooks, as the gateway tells them. */
  webhookHeaders(instanceName: string): Promise<Record<string, string>>;
  /** Resolves when the query's first row satisfies `done`; fails after 20 s with what it saw last. */
  until<T extends pg.QueryResultRow>(sql: string, values: unknown[], done: (row: T | undefined) => boolean): Promise<T>;
  close(): Promise<void>;
}

export interface RequestOptions {
  readonly token?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  /** Sent as it is, instead of `body`. */
  readonly raw?: string | Buffer;
}

export interface ShopOptions {
  readonly agent?: Record<string, unknown>;
  readonly settings?: Record<string, unknown>;
  readonly typing?: boolean;
}

/** Starts everything; `env` overrides the configuration, and `config` what no environment says. */
export async function startTestApp(
  env: Record<string, string> = {},
  options: { readonly config?: Partial<RuntimeConfig> } = {},
): Promise<TestApp> {
  const database = await createTestDatabase();
  const dataDir = mkdtempSync(join(tmpdir(), 'tawkee-test-'));
  const gateway = await startEvolutionGateway({
    apiKey: 'test-gateway-key',
    webhookRetry: { firstDelayMs: 50, maxDelayMs: 500, attempts: 10 },
    ackDelayMs: 5,
  });
  const model = await startOpenAiServer({ record: true });
  const port = await freePort();
  const config: RuntimeConfig = {
    ...parseConfig(
      { NODE_ENV: 'test', LOG_LEVEL: 'silent', DATA_DIR: dataDir, PORT: String(port), ...env },
      () => 'a-secret-of-this-test-run-only-0123456789',
    ),
    databaseUrl: database.url,
    exclusiveDatabase: true,
    publicUrl: `http://127.0.0.1:${port}`,
    evolution: { url: gateway.url, apiKey: 'test-gateway-key' },
    openai: { baseUrl: model.baseUrl, apiKey: 'test', api: env['OPENAI_API'] as never, model: env['OPENAI_MODEL'] },
    simulated: { gateway: true, model: true },
    ...options.config,
  };
  const app = await createApp(config, [SimulatorModule.register(gateway)]);
  await app.listen(port, '127.0.0.1');
  const db = new pg.Pool({ connectionString: database.url, max: 4 });
  db.on('error', () => undefined);
  const url = `http://127.0.0.1:${port}`;
  const inject = (method: string, path: string, options: RequestOptions = {}) => request(url, method, path, options);

  const self: TestApp = {
    app,
    url,
    databaseUrl: database.url,
    db,
    gateway,
    model,
    config,
    inject,
    register: (name = 'Ana Souza') => register(inject, name),
    openShop: (options = {}) => openShop(self, options),
    webhookHeaders: async (name) => {
      const headers = { apikey: 'test-gateway-key' };
      return (await request(gateway.url, 'GET', `/webhook/find/${name}`, { headers })).body.headers;
    },
    until: (sql, values, done) => until(db, sql, values, done),
    close: async () => {
      await app.close();
      await Promise.all([gateway.close(), model.close(), db.end()]);
      await database.drop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
  return self;
}

/** One HTTP request over a real socket. */
export async function request(url: string, method: string, path: string, options: RequestOptions): Promise<Answer> {
  const payload = options.raw ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
  const response = await fetch(url + path, {
    method,
    headers: {
      ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
      ...(options.token ? { authorization: `Bearer ${options.token}` } : {}),
      ...options.headers,
    },
    body: payload as never,
    redirect: 'manual',
  });
  recordRoute(method, path, response.status);
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json');
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: isJson && text ? JSON.parse(text) : undefined,
    text,
  };
}

type Inject = TestApp['inject'];

async function register(inject: Inject, name: string): Promise<Person> {
  const email = `${randomUUID()}@example.com`;
  const password = 'correct horse battery';
  const answer = await inject('POST', '/auth/register', { body: { name, email, password } });
  if (answer.status !== 201) throw new Error(`register: ${answer.status} ${answer.text}`);
  const { accessToken: token, refreshToken, user } = answer.body.data;
  const [workspace] = (await inject('GET', '/v2/workspaces', { token })).body;
  return { token, refreshToken, userId: user.id, email, password, workspaceId: workspace.id };
}

async function openShop(app: TestApp, options: ShopOptions): Promise<Shop> {
  const person = await app.register();
  const { token, workspaceId } = person;
  const must = async (method: string, path: string, body?: unknown) => {
    const answer = await app.inject(method, path, { token, body });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.body;
  };
  const agent = await must('POST', `/v2/workspace/${workspaceId}/agents`, {
    name: 'Bia',
    behavior: 'Seja breve.',
    jobName: 'Doces do Porto',
    jobDescription: 'Bolos por encomenda. Entregamos de segunda a sexta.',
    ...options.agent,
  });
  await must('PUT', `/v2/agent/${agent.id}/settings`, { messageGroupingTime: 'NO_GROUP', ...options.settings });
  const channel = await must('POST', `/v2/agent/${agent.id}/create-channel`, { name: 'Loja', type: 'WHATSAPP' });
  await must('PUT', `/v2/channel/${channel.id}/config`, { enabledTyping: options.typing ?? false });
  const instanceName = `tawkee-${channel.id}`;
  await app.gateway.scan(instanceName, { number: `5581${Math.floor(1e8 * Math.random()) + 3e8}`, name: 'Loja' });
  await app.until('SELECT state FROM channels WHERE id = $1', [channel.id], (row) => row?.['state'] === 'open');
  return { ...person, agentId: agent.id, channelId: channel.id, instanceName };
}

async function until<T extends pg.QueryResultRow>(
  db: pg.Pool,
  sql: string,
  values: unknown[],
  done: (row: T | undefined) => boolean,
): Promise<T> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const { rows } = await db.query<T>(sql, values);
    if (done(rows[0])) return rows[0] as T;
    if (Date.now() > deadline) throw new Error(`gave up waiting; last row: ${JSON.stringify(rows[0])}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A port nobody listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}
