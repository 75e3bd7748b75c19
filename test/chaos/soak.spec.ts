import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type EvolutionGateway, type Phone, startEvolutionGateway } from '../../simulator/evolution-gateway.js';
import { type OpenAiServer, startOpenAiServer } from '../../simulator/openai-server.js';
import { seededRandom } from '../../simulator/seeded-random.js';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/prisma/embedded-postgres.server.js';
import { ServerProcess } from '../support/server-process.js';
import { freePort, request } from '../support/test-app.js';
import { checkInvariants } from './check-invariants.js';
import { openShop } from './lane.js';

/** `npm run soak -- --seconds=600` by hand. */
const SECONDS = Number(process.env['SOAK_SECONDS'] ?? 40);
const SEED = Number(process.env['SOAK_SEED'] ?? Math.floor(Math.random() * 1e9));
const CUSTOMERS = 12;
const WORKERS = 3;
const LEASE_SECONDS = 3;
const ANSWER = ['Primeiro', 'Segundo']
  .map((which) => `${which} balão da resposta, comprido o bastante para sair sozinho na tela do celular do cliente.`)
  .join('\n\n');

let dataDir: string;
let postgres: EmbeddedPostgres;
let db: pg.Pool;
let gateway: EvolutionGateway;
let model: OpenAiServer;
let api: ServerProcess;
let workers: ServerProcess[];
let instance: string;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'tawkee-soak-'));
  chmodSync(dataDir, 0o711); // root's PostgreSQL runs as nobody, who must pass through
  postgres = await startEmbeddedPostgres({ dataDir, durable: false });
  gateway = await startEvolutionGateway({
    apiKey: 'soak',
    webhookRetry: { firstDelayMs: 100, maxDelayMs: 1_000, attempts: 1_000 },
    ackDelayMs: 20,
    acks: ['DELIVERY_ACK', 'READ'],
  });
  model = await startOpenAiServer({ record: false, latencyMs: 100 });
  model.reply(null, ANSWER);
  const start = async (ROLE: string) => {
    const port = await freePort();
    const server = new ServerProcess(`http://127.0.0.1:${port}`, {
      ROLE,
      PORT: String(port),
      DATA_DIR: dataDir,
      DATABASE_URL: postgres.url,
      EVOLUTION_API_URL: gateway.url,
      EVOLUTION_API_KEY: 'soak',
      OPENAI_BASE_URL: model.baseUrl,
      OPENAI_API_KEY: 'soak',
      JWT_SECRET: 'the-same-secret-in-every-process-0123456789',
      LOG_LEVEL: 'warn',
      LEASE_SECONDS: String(LEASE_SECONDS),
      GATEWAY_WORST_CASE_SECONDS: '5',
      MODEL_ATTEMPT_SECONDS: '5',
      DATABASE_ANSWER_SECONDS: '5',
    });
    await server.start();
    return server;
  };
  workers = [];
  while (workers.length < WORKERS) workers.push(await start('worker'));
  api = await start('api');
  db = new pg.Pool({ connectionString: postgres.url, max: 2 });
  db.on('error', () => undefined);
  instance = await openShop(api.url, gateway, db);
}, 180_000);

afterAll(async () => {
  await Promise.all([api, ...(workers ?? [])].map((server) => server?.kill()));
  await Promise.all([gateway?.close(), model?.close(), db?.end()]);
  await postgres?.stop();
  if (postgres) rmSync(postgres.folder, { recursive: true, force: true });
  rmSync(dataDir, { recursive: true, force: true });
});

const random = seededRandom(SEED);
const below = (n: number) => Math.floor(random() * n);
const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));
const counts: Record<string, number> = {};
const note = (what: string) => {
  counts[what] = (counts[what] ?? 0) + 1;
};

/** What goes wrong, one thing after the other. Each leaves the installation whole. */
const HARM: Record<string, () => Promise<void>> = {
  'a worker is killed': async () => {
    const worker = workers[below(WORKERS)]!;
    await worker.kill();
    await again(worker);
  },
  'the API process is killed': async () => {
    await api.kill();
    await again(api);
  },
  'a worker stands still past its lease': async () => {
    const worker = workers[below(WORKERS)]!;
    worker.signal('SIGSTOP');
    await sleep((LEASE_SECONDS + 1) * 1_000);
    worker.signal('SIGCONT');
  },
  // One backend that dies by SIGKILL makes PostgreSQL end all sessions and recover, as after `restart -m immediate`.
  'PostgreSQL crashes': async () => {
    const { rows } = await db.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE application_name = 'tawkee' LIMIT 1`,
    );
    if (rows[0]) process.kill(rows[0].pid, 'SIGKILL');
  },
  'events come twice': () => whileWebhooks('duplicate'),
  'events come in any order': () => whileWebhooks('reorder'),
  'events come late': () => whileWebhooks('delay'),
  'the gateway says nothing of its sends': () => whileWebhooks('drop-echo'),
  'messages of customers get lost': async () => {
    const events = ['messages.upsert'];
    const rule = gateway.misbehave({ on: 'webhook', fault: 'drop', events, probability: 0.5, seed: below(1e6) });
    await sleep(2_000);
    rule.stop();
  },
  'the gateway does not answer a send that it makes': async () => {
    const rule = gateway.misbehave({ on: 'send', fault: 'hang-after', times: 3 });
    await sleep(2_000);
    rule.stop();
  },
};

/** While the database recovers a process may need more than one attempt. */
async function again(server: ServerProcess): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await server.start();
    } catch (error) {
      await server.kill();
      if (tries === 5) throw error;
    }
  }
}

async function whileWebhooks(fault: 'duplicate' | 'reorder' | 'delay' | 'drop-echo'): Promise<void> {
  const rule = gateway.misbehave({ on: 'webhook', fault, ms: 500, seed: SEED });
  await sleep(2_000);
  rule.stop();
}

/** People of the business give back what they have, and take one chat over now and then. */
async function workAsPeople(token: string): Promise<void> {
  const { rows } = await db.query<{ id: string; human: boolean }>(
    'SELECT id, human_talk AS human FROM chats ORDER BY id',
  );
  for (const { id } of rows.filter(({ human }) => human))
    await request(api.url, 'PUT', `/v2/chat/${id}/stop-human`, { token });
  const taken = random() < 0.3 ? rows[below(rows.length)] : undefined;
  if (taken) await request(api.url, 'PUT', `/v2/chat/${taken.id}/start-human`, { token });
}

async function untilQuiet(said: readonly string[]): Promise<void> {
  const deadline = Date.now() + 120_000;
  for (;;) {
    const { rows } = await db
      .query<{ open: number }>(
        `SELECT (SELECT count(*) FROM turns WHERE state NOT IN ('DONE', 'SKIPPED', 'FAILED'))::int
              + (SELECT count(*) FROM outbound_parts WHERE state IN ('PENDING', 'SENDING'))::int
              + (SELECT count(*) FROM unnest($1::text[]) AS s(id)
                 WHERE NOT EXISTS (SELECT 1 FROM messages m WHERE m.provider_id = s.id))::int AS open`,
        [said],
      )
      .catch(() => ({ rows: [] }));
    if (rows[0]?.open === 0) return;
    // What is still open then, the checker names.
    if (Date.now() > deadline) return;
    await sleep(200);
  }
}

it(
  `loses, doubles and mixes nothing in ${SECONDS} s of harm (seed ${SEED})`,
  async () => {
    const phones: Phone[] = Array.from({ length: CUSTOMERS }, (_, n) =>
      gateway.phone(instance, { number: String(5581970000000 + n), name: `Cliente ${n}` }),
    );
    const body = { email: 'ana@example.com', password: 'correct horse battery' };
    const token: string = (await request(api.url, 'POST', '/auth/login', { body })).body.data.accessToken;
    const said: string[] = [];
    const end = Date.now() + SECONDS * 1_000;
    const customers = (async () => {
      while (Date.now() < end) {
        const phone = phones[below(CUSTOMERS)]!;
        for (let burst = 1 + below(3); burst > 0; burst--) said.push(phone.say(`pergunta ${said.length}`));
        await sleep(100 + below(400));
      }
    })();
    const names = Object.keys(HARM);
    const nemesis = (async () => {
      // Each once in a shuffled order before any comes again: a short run meets them all.
      let deck: string[] = [];
      while (Date.now() < end) {
        if (deck.length === 0) deck = [...names];
        const [name] = deck.splice(below(deck.length), 1);
        note(name!);
        await HARM[name!]!().catch((error: unknown) => {
          throw new Error(`${name}: ${(error as Error).message}`, { cause: error });
        });
        await sleep(500);
      }
    })();
    const people = (async () => {
      while (Date.now() < end) {
        // The API process or the database may be down.
        await workAsPeople(token).catch(() => undefined);
        await sleep(1_000);
      }
    })();
    await Promise.all([customers, nemesis, people]);
    await Promise.all([api, ...workers].filter((server) => !server.isAlive).map(again));
    await gateway.webhooksIdle(120_000);
    // What the gateway told nobody is fetched when a number connects.
    await gateway.disconnect(instance, 408);
    await gateway.reconnect(instance);
    await untilQuiet(said);
    await gateway.webhooksIdle(60_000);

    const { rows: turns } = await db.query(
      'SELECT state, reason, count(*)::int AS n FROM turns GROUP BY 1, 2 ORDER BY 3 DESC',
    );
    const sent = gateway.sends.filter((send) => send.outcome === 'sent').length;
    console.log(JSON.stringify({ seed: SEED, said: said.length, sent, turns, harm: counts }));
    expect(await checkInvariants({ db, sends: gateway.sends, said })).toEqual([]);
    expect(sent).toBeGreaterThan(0);
  },
  SECONDS * 1_000 + 400_000,
);
