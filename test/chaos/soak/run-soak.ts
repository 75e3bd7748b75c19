import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type EvolutionGateway, startEvolutionGateway } from '../../../simulator/evolution-gateway.js';
import { startOpenAiServer } from '../../../simulator/openai-server.js';
import { seededRandom } from '../../../simulator/seeded-random.js';
import { ServerProcess } from '../../support/server-process.js';
import { freePort, request } from '../../support/test-app.js';
import { checkInvariants, type Violation } from '../check-invariants.js';
import { CrashingPostgres } from './crashing-postgres.js';
import { torment } from './nemesis.js';

/** What a run did, and what it found broken. */
export interface SoakReport {
  readonly seed: number;
  readonly said: number;
  readonly sent: number;
  readonly turns: Record<string, number>;
  readonly deeds: Record<string, number>;
  readonly violations: readonly Violation[];
}

const CUSTOMERS = 12;
const WORKERS = 3;
const LEASE_SECONDS = 4;
const DRAIN_MS = 150_000;

/**
 * One api process and three workers on one PostgreSQL, customers who write in bursts, and a nemesis. Then everything is
 * whole, what the gateway kept is fetched, the work comes to rest, and the invariants are checked.
 */
export async function runSoak({ seconds, seed }: { seconds: number; seed: number }): Promise<SoakReport> {
  const random = seededRandom(seed);
  const dataDir = mkdtempSync(join(tmpdir(), 'tawkee-soak-'));
  const postgres = await CrashingPostgres.start();
  const webhookRetry = { firstDelayMs: 200, maxDelayMs: 2_000, attempts: 200 };
  const gateway = await startEvolutionGateway({ apiKey: 'soak', webhookRetry, ackDelayMs: 5 });
  const model = await startOpenAiServer({ record: false });
  const ports = [await freePort(), ...(await Promise.all(Array.from({ length: WORKERS }, () => freePort())))];
  const [api, ...workers] = ports.map(
    (port, n) =>
      new ServerProcess(`http://127.0.0.1:${port}`, {
        ROLE: n === 0 ? 'api' : 'worker',
        PORT: String(port),
        DATA_DIR: dataDir,
        DATABASE_URL: postgres.url,
        EVOLUTION_API_URL: gateway.url,
        EVOLUTION_API_KEY: 'soak',
        OPENAI_BASE_URL: model.baseUrl,
        OPENAI_API_KEY: 'soak',
        JWT_SECRET: 'the-same-secret-in-every-process-0123456789',
        LOG_LEVEL: 'fatal',
        LEASE_SECONDS: String(LEASE_SECONDS),
        GATEWAY_WORST_CASE_SECONDS: '3',
        MODEL_ATTEMPT_SECONDS: '3',
        DATABASE_ANSWER_SECONDS: '3',
      }),
  ) as [ServerProcess, ...ServerProcess[]];
  const db = new pg.Pool({ connectionString: postgres.url, max: 2 });
  db.on('error', () => undefined);
  try {
    // The api process counts as ready while some worker lives.
    await Promise.all([api, ...workers].map((server) => server.start()));
    const { instance, call } = await openShop(api.url, gateway, db);
    const said: string[] = [];
    const stop = AbortSignal.timeout(seconds * 1_000);
    const customers = Array.from({ length: CUSTOMERS }, async (_, n) => {
      const phone = gateway.phone(instance, { number: String(5581990000000 + n), name: `Ana Souza ${n}` });
      while (!stop.aborted) {
        for (let burst = 1 + Math.floor(random() * 3); burst > 0; burst--) {
          const number = said.length + 1;
          const part = (which: string) =>
            `${which} balão da resposta ${number}, comprido o bastante para sair sozinho na tela do celular do cliente.`;
          model.reply(`pedido ${number}.`, `${part('Primeiro')}\n\n${part('Segundo')}`);
          said.push(phone.say(`Este é o pedido ${number}.`));
          await sleep(random() * 150);
        }
        await sleep(500 + random() * 3_000);
      }
    });
    const people = (async () => {
      while (!stop.aborted) {
        await sleep(1_000);
        await workAsPeople(db, call, random).catch(() => undefined); // the api process or the database may be down
      }
    })();
    const victims = { api, workers, postgres, gateway, model, pauseMs: LEASE_SECONDS * 1_000 + 2_000 };
    const [deeds] = await Promise.all([torment(victims, random, stop), ...customers, people]);
    await gateway.webhooksIdle(DRAIN_MS);
    // What the gateway told nobody is fetched when a number connects.
    await gateway.disconnect(instance, 408);
    await gateway.reconnect(instance);
    await rest(db, said);
    await gateway.webhooksIdle(DRAIN_MS);
    const violations = await checkInvariants({ db, sends: gateway.sends, said });
    const { rows } = await db.query<{ what: string; n: number }>(
      `SELECT state || coalesce(' ' || reason, '') AS what, count(*)::int AS n FROM turns GROUP BY 1 ORDER BY 2 DESC`,
    );
    const turns = Object.fromEntries(rows.map((row) => [row.what, row.n]));
    return { seed, said: said.length, sent: gateway.sends.length, turns, deeds, violations };
  } finally {
    await Promise.all([api, ...workers].map((server) => server.kill()));
    await Promise.all([gateway.close(), model.close(), db.end()]);
    await postgres.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Somebody takes a chat over now and then, and gives back what they have, also what the agent handed over. */
async function workAsPeople(db: pg.Pool, call: Call, random: () => number): Promise<void> {
  const { rows } = await db.query<{ id: string; human: boolean }>(
    'SELECT id, human_talk AS human FROM chats ORDER BY id',
  );
  for (const { id } of rows.filter((chat) => chat.human)) await call('PUT', `/v2/chat/${id}/stop-human`);
  const one = rows[Math.floor(random() * rows.length)];
  if (one && random() < 0.3) await call('PUT', `/v2/chat/${one.id}/start-human`);
}

/** Every message is stored, and nothing is open. What is still open after the drain is for the checker to name. */
async function rest(db: pg.Pool, said: readonly string[]): Promise<void> {
  for (const deadline = Date.now() + DRAIN_MS; Date.now() < deadline; await sleep(200)) {
    const { rows } = await db.query<{ isOver: boolean }>(
      `SELECT NOT EXISTS (SELECT 1 FROM unnest($1::text[]) AS s(id) WHERE NOT EXISTS (
                SELECT 1 FROM messages m JOIN turns t ON t.workspace_id = m.workspace_id AND m.id = ANY (t.inbound_ids)
                WHERE m.provider_id = s.id))
          AND NOT EXISTS (SELECT 1 FROM turns WHERE state NOT IN ('DONE', 'SKIPPED', 'FAILED')) AS "isOver"`,
      [said],
    );
    if (rows[0]!.isOver) return;
  }
}

// biome-ignore lint/suspicious/noExplicitAny: what came is used by its caller
type Call = (method: string, path: string, body?: unknown) => Promise<any>;

async function openShop(
  url: string,
  gateway: EvolutionGateway,
  db: pg.Pool,
): Promise<{ instance: string; call: Call }> {
  let token: string | undefined;
  const must: Call = async (method, path, body) => {
    const answer = await request(url, method, path, { ...(token ? { token } : {}), body });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.body;
  };
  const person = { name: 'Ana Souza', email: 'ana@example.com', password: 'correct horse battery' };
  token = (await must('POST', '/auth/register', person)).data.accessToken;
  const [workspace] = await must('GET', '/v2/workspaces');
  const agent = await must('POST', `/v2/workspace/${workspace.id}/agents`, { name: 'Bia', behavior: 'Ajude.' });
  await must('PUT', `/v2/agent/${agent.id}/settings`, { messageGroupingTime: 'NO_GROUP' });
  const channel = await must('POST', `/v2/agent/${agent.id}/create-channel`, { name: 'Loja', type: 'WHATSAPP' });
  await must('PUT', `/v2/channel/${channel.id}/config`, { enabledTyping: false });
  const instance = `tawkee-${channel.id}`;
  await gateway.scan(instance, { number: '558133330000' });
  for (;;) {
    const { rows } = await db.query(`SELECT 1 FROM channels WHERE id = $1 AND state = 'open'`, [channel.id]);
    if (rows.length > 0) return { instance, call: must };
    await sleep(25);
  }
}
