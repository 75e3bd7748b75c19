import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EvolutionGateway, type Phone, startEvolutionGateway } from '../../simulator/evolution-gateway.js';
import { type OpenAiServer, startOpenAiServer } from '../../simulator/openai-server.js';
import { ServerProcess } from '../support/server-process.js';
import { freePort, request } from '../support/test-app.js';

const CHATS = 50;

let gateway: EvolutionGateway;
let model: OpenAiServer;
let server: ServerProcess;
let url: string;
let dataDir: string;
let db: pg.Pool;
let token: string;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'tawkee-chaos-'));
  gateway = await startEvolutionGateway({
    apiKey: 'chaos',
    webhookRetry: { firstDelayMs: 200, maxDelayMs: 2_000, attempts: 30 },
    ackDelayMs: 5,
  });
  model = await startOpenAiServer({ record: true });
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  server = new ServerProcess(url, {
    PORT: String(port),
    DATA_DIR: dataDir,
    EVOLUTION_API_URL: gateway.url,
    EVOLUTION_API_KEY: 'chaos',
    OPENAI_BASE_URL: model.baseUrl,
    OPENAI_API_KEY: 'chaos',
    LOG_LEVEL: 'warn',
    // The gateway's worst case is 75 s; waiting that long proves nothing more.
    GATEWAY_WORST_CASE_SECONDS: '5',
    GATEWAY_SEND_SECONDS: '75',
  });
  await server.start();
  const registered = await request(url, 'POST', '/auth/register', {
    body: { name: 'Ana', email: 'ana@example.com', password: 'correct horse battery' },
  });
  token = registered.body.data.accessToken;
  db = connect();
});

afterAll(async () => {
  await db?.end();
  await server?.terminate();
  await Promise.all([gateway?.close(), model?.close()]);
  rmSync(dataDir, { recursive: true, force: true });
});

/** The embedded database outlives the application; its port is in the pid file. */
function connect(): pg.Pool {
  const pidFile = readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n');
  const password = readFileSync(join(dataDir, 'postgres-password'), 'utf8').trim();
  const pool = new pg.Pool({
    host: '127.0.0.1',
    port: Number(pidFile[3]),
    user: 'tawkee',
    password,
    database: 'tawkee',
    max: 2,
  });
  pool.on('error', () => undefined);
  return pool;
}

interface Shop {
  readonly workspaceId: string;
  readonly agentId: string;
  readonly instance: string;
}

/** One agent and one connected number per scenario, so that nothing of another scenario counts. */
async function openShop(settings: Record<string, unknown>, typing: boolean): Promise<Shop> {
  const must = async (method: string, path: string, body?: unknown) => {
    const answer = await request(url, method, path, { token, body });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.body;
  };
  const [workspace] = await must('GET', '/v2/workspaces');
  const agent = await must('POST', `/v2/workspace/${workspace.id}/agents`, { name: 'Bia', behavior: 'Ajude.' });
  await must('PUT', `/v2/agent/${agent.id}/settings`, { messageGroupingTime: 'NO_GROUP', ...settings });
  const channel = await must('POST', `/v2/agent/${agent.id}/create-channel`, { name: 'Loja', type: 'WHATSAPP' });
  await must('PUT', `/v2/channel/${channel.id}/config`, { enabledTyping: typing });
  const instance = `tawkee-${channel.id}`;
  await gateway.scan(instance, { number: `55819${channel.id.replace(/\D/g, '').padEnd(8, '7').slice(0, 8)}` });
  await until(`SELECT 1 FROM channels WHERE id = $1 AND state = 'open'`, [channel.id], (rows) => rows.length === 1);
  return { workspaceId: workspace.id, agentId: agent.id, instance };
}

async function until(sql: string, values: unknown[], done: (rows: pg.QueryResultRow[]) => boolean, ms = 60_000) {
  const deadline = Date.now() + ms;
  for (;;) {
    // While the application is down its database may be, too.
    let problem: unknown;
    const { rows } = await db.query(sql, values).catch((error: unknown) => {
      problem = error;
      return { rows: [] as pg.QueryResultRow[] };
    });
    if (done(rows)) return rows;
    if (Date.now() > deadline)
      throw new Error(`gave up waiting: ${JSON.stringify(rows).slice(0, 2_000)}`, { cause: problem });
    await new Promise((r) => setTimeout(r, 50));
  }
}

const PART = (i: number, n: number) =>
  `Resposta ${n} para o cliente${i}x, comprida o bastante para sair sozinha num balão do celular.`;

/** Fifty customers, each with an answer in two parts that names only them. */
async function customers(shop: Shop, prefix: string): Promise<Phone[]> {
  for (let i = 0; i < CHATS; i++) model.reply(`cliente${i}x`, `${PART(i, 1)}\n\n${PART(i, 2)}`);
  return Promise.all(
    Array.from({ length: CHATS }, (_, i) =>
      gateway.phone(shop.instance, { number: `5581${prefix}${String(i).padStart(4, '0')}`, name: `Cliente ${i}` }),
    ),
  );
}

const sayAll = (phones: readonly Phone[]) => Promise.all(phones.map((phone, i) => phone.say(`sou o cliente${i}x`)));

const stored = (shop: Shop, n: number) =>
  until(
    `SELECT count(*)::int AS n FROM messages m JOIN channels c ON c.workspace_id = m.workspace_id AND c.id = m.channel_id
     WHERE c.agent_id = $1 AND m.role = 'user'`,
    [shop.agentId],
    (rows) => rows[0]?.['n'] === n,
  );

/** Every customer has exactly its own answer, once, in order; nothing is left open. */
async function expectExactlyOnce(shop: Shop, phones: readonly Phone[]) {
  const turns = await until(
    'SELECT state, reason, count(*)::int AS n FROM turns WHERE agent_id = $1 GROUP BY 1, 2',
    [shop.agentId],
    (rows) => rows.length > 0 && rows.every((r) => ['DONE', 'SKIPPED', 'FAILED'].includes(r['state'])),
    120_000,
  );
  expect(turns).toEqual([{ state: 'DONE', reason: null, n: CHATS }]);
  expect(phones.map((p) => p.received.map((m) => m.text))).toEqual(phones.map((_, i) => [PART(i, 1), PART(i, 2)]));
  const parts = await db.query(
    `SELECT p.state, count(*)::int AS n FROM outbound_parts p JOIN turns t ON t.workspace_id = p.workspace_id AND t.id = p.turn_id
     WHERE t.agent_id = $1 GROUP BY 1`,
    [shop.agentId],
  );
  expect(parts.rows).toEqual([{ state: 'SENT', n: CHATS * 2 }]);
}

const total = (phones: readonly Phone[]) => phones.reduce((sum, phone) => sum + phone.received.length, 0);

/** Resolves once the phones together have received `n` messages. */
function receivedTogether(phones: readonly Phone[], n: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`only ${total(phones)} of ${n} arrived`)), 60_000);
    const look = () => {
      if (total(phones) < n) return;
      clearTimeout(timer);
      resolve();
    };
    for (const phone of phones) phone.onChange(look);
    look();
  });
}

describe(`kill -9 with ${CHATS} turns in flight`, () => {
  it('before the model: turns that still collect are answered after the restart', async () => {
    const shop = await openShop({ messageGroupingTime: 'FIVE_SEC' }, false);
    const phones = await customers(shop, '90001');
    await sayAll(phones);
    await stored(shop, CHATS);
    await server.kill();
    await server.start();
    await expectExactlyOnce(shop, phones);
  });

  it('during the model: the thought is had again, the answer given once', async () => {
    const shop = await openShop({}, false);
    const phones = await customers(shop, '90002');
    const hold = model.hold();
    const already = model.requests.length;
    await sayAll(phones);
    await model.waitForRequests(already + CHATS);
    await server.kill();
    hold.release();
    await server.start();
    await expectExactlyOnce(shop, phones);
  });

  it('between parts: the second part follows, the first is not repeated', async () => {
    const shop = await openShop({}, true);
    const phones = await customers(shop, '90003');
    await sayAll(phones);
    await receivedTogether(phones, CHATS);
    await server.kill();
    await server.start();
    await expectExactlyOnce(shop, phones);
  });

  it('after the send, before its record: reconciled with the gateway, never sent again', async () => {
    const shop = await openShop({}, false);
    const phones = await customers(shop, '90004');
    const unanswered = gateway.misbehave({ on: 'sendText', fault: 'hang-after' });
    const silent = gateway.misbehave({ on: 'webhook', fault: 'drop-echo' });
    // Nor does a comparison with the gateway, which follows each connection, prove them before.
    const blind = gateway.misbehave({ on: 'request', fault: 'error', match: 'POST /chat/findMessages' });
    await sayAll(phones);
    await receivedTogether(phones, CHATS);
    await server.kill();
    unanswered.stop();
    silent.stop();
    blind.stop();
    const { rows } = await db.query(`SELECT count(*)::int AS n FROM outbound_parts WHERE state = 'SENDING'`);
    expect(rows).toEqual([{ n: CHATS }]);
    await server.start();
    await expectExactlyOnce(shop, phones);
  });

  it('keeps everything else too: the same person signs in and reads the same chats', async () => {
    const before = await request(url, 'GET', '/v2/workspaces', { token });
    const login = await request(url, 'POST', '/auth/login', {
      body: { email: 'ana@example.com', password: 'correct horse battery' },
    });
    expect(login.status).toBe(200);
    const chats = await request(url, 'GET', `/v2/workspace/${before.body[0].id}/chats?pageSize=100`, {
      token: login.body.data.accessToken,
    });
    expect(chats.headers['x-total-count']).toBe(String(CHATS * 4));
  });

  it('what people sent is reconciled just so: the caller is gone, the message is not, and arrives once', async () => {
    const shop = await openShop({}, false);
    const phones = await customers(shop, '90007');
    const unanswered = gateway.misbehave({ on: 'send', fault: 'hang-after' });
    const silent = gateway.misbehave({ on: 'webhook', fault: 'drop-echo' });
    // A number that has just been linked would begin twenty conversations today and no more.
    await db.query(`UPDATE channels SET first_opened_at = now() - interval '30 days' WHERE agent_id = $1`, [
      shop.agentId,
    ]);
    const path = `/channel/${shop.instance.replace('tawkee-', '')}/start-conversation`;
    const texts = phones.map((_, i) => PART(i, 1));
    const asked = phones.map(({ number: phone }, i) => {
      const body =
        i % 2 ? { phone, message: texts[i] } : { phone, message: texts[i], image: 'https://example.com/a.png' };
      return request(url, 'POST', path, { token, body }).catch(() => undefined);
    });
    await receivedTogether(phones, CHATS);
    await server.kill();
    unanswered.stop();
    silent.stop();
    await Promise.all(asked);
    await server.start();
    const turns = await until(
      'SELECT kind, state, reason, count(*)::int AS n FROM turns WHERE agent_id = $1 GROUP BY 1, 2, 3',
      [shop.agentId],
      (rows) => rows.every((r) => ['DONE', 'SKIPPED', 'FAILED'].includes(r['state'])),
      120_000,
    );
    expect(turns).toEqual([{ kind: 'SEND', state: 'DONE', reason: null, n: CHATS }]);
    expect(phones.map((p) => p.received.map((m) => m.text))).toEqual(texts.map((text) => [text]));
  });

  it('SIGTERM ends cleanly, releasing what is in work', async () => {
    const shop = await openShop({}, false);
    const phones = await customers(shop, '90005');
    const hold = model.hold();
    const already = model.requests.length;
    await sayAll(phones);
    await model.waitForRequests(already + CHATS);
    expect(await server.terminate()).toBe(0);
    hold.release();
    await server.start();
    await db.end();
    db = connect();
    await expectExactlyOnce(shop, phones);
  });

  it('while the database is away the gateway is asked to come again, and nothing is lost', async () => {
    const shop = await openShop({}, false);
    const [ana] = await customers(shop, '90006');
    const found = await request(gateway.url, 'GET', `/webhook/find/${shop.instance}`, { headers: { apikey: 'chaos' } });
    const { url: address, headers } = found.body;
    const postmaster = Number(readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]);
    process.kill(postmaster, 'SIGKILL');
    const knock = () => {
      const body = { event: 'messages.upsert', instance: shop.instance, data: { key: {} } };
      return request(url, 'POST', new URL(address).pathname, { headers, body });
    };
    const refused = await knock();
    expect([refused.status, refused.body.code]).toEqual([503, 'TEMPORARILY_UNAVAILABLE']);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(refused.text).not.toMatch(/ECONN|postgres|127\.0\.0\.1/);
    expect((await request(url, 'GET', '/health/ready', {})).status).toBe(503);
    expect((await request(url, 'GET', '/health/live', {})).status).toBe(200);
    ana!.say('sou o cliente0x');
    await server.kill();
    await server.start();
    await ana!.waitForMessages(2, 60_000);
    expect(ana!.received.map((m) => m.text)).toEqual([PART(0, 1), PART(0, 2)]);
  });
});
