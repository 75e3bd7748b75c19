import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { type EvolutionGateway, startEvolutionGateway } from '../../simulator/evolution-gateway.js';
import { type OpenAiServer, type ScriptedAnswer, startOpenAiServer } from '../../simulator/openai-server.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { ServerProcess } from '../support/server-process.js';
import { freePort, request } from '../support/test-app.js';
import { checkInvariants, type Violation } from './check-invariants.js';

/** What is done to one call, and which it is: `after` is the call before it in an undisturbed run. */
export interface Fault {
  readonly call: string;
  readonly after: string | undefined;
  readonly fault: (typeof FAULTS)[number];
}

export const FAULTS = ['throw-before', 'throw-after', 'kill-before', 'kill-after', 'hang'] as const;

/** How a case ended. */
export interface Outcome {
  /** False: the turn was over before the call came, as when a poll found what a wake-up had found already. */
  readonly wasHit: boolean;
  readonly received: readonly string[];
  /** Every call of the turn, in order. */
  readonly calls: readonly string[];
}

/** Short, so that what waits for them is over in seconds. They have to be configuration, not constants. */
const SHORT_WAITS = {
  LEASE_SECONDS: '2',
  GATEWAY_WORST_CASE_SECONDS: '2',
  MODEL_ATTEMPT_SECONDS: '1',
  DATABASE_ANSWER_SECONDS: '1',
};
const CASE_MS = 45_000;

/** One installation with its own database and stand-ins, on which cases run one after the other, each in a new chat. */
export class Lane {
  private readonly said: string[] = [];
  private polls: readonly string[] | undefined;
  private number = 0;

  private constructor(
    private readonly database: TestDatabase,
    private readonly db: pg.Pool,
    private readonly gateway: EvolutionGateway,
    private readonly model: OpenAiServer,
    private readonly server: ServerProcess,
    private readonly dataDir: string,
    private readonly instance: string,
  ) {}

  /** `answers` is what the model says, call by call, in every chat. */
  static async open(answers: readonly ScriptedAnswer[]): Promise<Lane> {
    const database = await createTestDatabase();
    const dataDir = mkdtempSync(join(tmpdir(), 'tawkee-faults-'));
    const webhookRetry = { firstDelayMs: 100, maxDelayMs: 500, attempts: 100 };
    const gateway = await startEvolutionGateway({
      apiKey: 'faults',
      webhookRetry,
      ackDelayMs: 5,
      acks: ['DELIVERY_ACK', 'READ'],
    });
    const model = await startOpenAiServer({ record: false });
    for (const [n, answer] of answers.entries()) model.reply((body) => toolResults(body) === n, answer);
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const server = new ServerProcess(
      url,
      {
        PORT: String(port),
        DATA_DIR: dataDir,
        DATABASE_URL: database.url,
        EVOLUTION_API_URL: gateway.url,
        EVOLUTION_API_KEY: 'faults',
        OPENAI_BASE_URL: model.baseUrl,
        OPENAI_API_KEY: 'faults',
        LOG_LEVEL: 'warn',
        ...SHORT_WAITS,
      },
      resolve('test/chaos/faults.mjs'),
    );
    await server.start();
    const db = new pg.Pool({ connectionString: database.url, max: 2 });
    db.on('error', () => undefined);
    const instance = await openShop(url, gateway, db);
    return new Lane(database, db, gateway, model, server, dataDir, instance);
  }

  async close(): Promise<void> {
    await this.server.kill();
    await Promise.all([this.gateway.close(), this.model.close(), this.db.end()]);
    await this.database.drop();
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  /** A customer writes, one call of the turn goes wrong, and everything comes to rest. */
  async run(fault?: Fault): Promise<Outcome> {
    if (!this.server.isAlive) await this.server.start();
    const phone = this.gateway.phone(this.instance, {
      number: String(5581990000000 + ++this.number),
      name: 'Ana Souza',
    });
    const [key, occurrence] = fault?.call.split('#') ?? [];
    const plan = fault && { key, occurrence: Number(occurrence), fault: fault.fault, after: fault.after };
    let wasHit = false;
    const onMessage = ({ kind }: { kind: string }) => {
      wasHit ||= kind === 'hit';
    };
    this.server.messages.on('message', onMessage);
    const armed = await this.ask<{ polls: string[] }>({ kind: 'arm', plan, polls: this.polls }, 'armed');
    this.polls ??= armed.polls;
    const id = phone.say(`Pode me lembrar amanhã? ${this.number}`);
    this.said.push(id);
    const stopped = new AbortController();
    const restarted = this.keepAlive(stopped.signal);
    await this.rest(id);
    stopped.abort();
    await restarted;
    const { seen: calls } = await this.ask<{ seen: string[] }>({ kind: 'disarm' }, 'seen');
    this.server.messages.off('message', onMessage);
    return { wasHit, received: phone.received.map((message) => message.text), calls };
  }

  /** What is broken in all that happened here. */
  check(): Promise<Violation[]> {
    return checkInvariants({ db: this.db, sends: this.gateway.sends, said: this.said, finalStatus: 'READ' });
  }

  /** What the server printed last. */
  get printed(): string {
    return this.server.printed.slice(-6_000);
  }

  private async keepAlive(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (!this.server.isAlive) await this.server.start();
      await new Promise((done) => setTimeout(done, 20));
    }
  }

  private ask<T>(message: object, answer: string): Promise<T> {
    return new Promise((done) => {
      const listen = (said: T & { kind: string }) => {
        if (said.kind !== answer) return;
        this.server.messages.off('message', listen);
        done(said);
      };
      this.server.messages.on('message', listen);
      this.server.tell(message);
    });
  }

  /** The turn has ended and its ticks have arrived. */
  private async rest(id: string): Promise<void> {
    const deadline = Date.now() + CASE_MS;
    for (;;) {
      const { rows } = await this.db.query<{ turn: string; state: string; reason: string | null; ticks: boolean }>(
        `SELECT t.id AS turn, t.state, t.reason,
                NOT EXISTS (SELECT 1 FROM messages s WHERE s.workspace_id = t.workspace_id AND s.turn_id = t.id
                            AND s.status IN ('SENT', 'QUEUED', 'DELIVERED')) AS ticks
         FROM messages m JOIN turns t ON t.workspace_id = m.workspace_id AND t.chat_id = m.chat_id AND m.id = ANY (t.inbound_ids)
         WHERE m.provider_id = $1`,
        [id],
      );
      const isOver = rows.length > 0 && rows.every((r) => ['DONE', 'SKIPPED', 'FAILED'].includes(r.state) && r.ticks);
      if (isOver) return this.gateway.webhooksIdle(CASE_MS);
      if (Date.now() > deadline) throw new Error(`no rest: ${JSON.stringify(rows)}\n${this.printed}`);
      await new Promise((done) => setTimeout(done, 25));
    }
  }
}

function toolResults(body: Record<string, unknown>): number {
  const messages = body['messages'];
  return Array.isArray(messages) ? messages.filter((message) => message.role === 'tool').length : -1;
}

/** A person, an agent with reminders and hand-over, and a connected number; answers the name of its instance. */
export async function openShop(url: string, gateway: EvolutionGateway, db: pg.Pool): Promise<string> {
  let token: string | undefined;
  const must = async (method: string, path: string, body?: unknown) => {
    const answer = await request(url, method, path, { ...(token ? { token } : {}), body });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.body;
  };
  const person = { name: 'Ana Souza', email: 'ana@example.com', password: 'correct horse battery' };
  token = (await must('POST', '/auth/register', person)).data.accessToken;
  const [workspace] = await must('GET', '/v2/workspaces');
  const agent = await must('POST', `/v2/workspace/${workspace.id}/agents`, { name: 'Bia', behavior: 'Ajude.' });
  const settings = { messageGroupingTime: 'NO_GROUP', enabledReminder: true, enabledHumanTransfer: true };
  await must('PUT', `/v2/agent/${agent.id}/settings`, settings);
  const channel = await must('POST', `/v2/agent/${agent.id}/create-channel`, { name: 'Loja', type: 'WHATSAPP' });
  await must('PUT', `/v2/channel/${channel.id}/config`, { enabledTyping: false });
  const instance = `tawkee-${channel.id}`;
  await gateway.scan(instance, { number: '558133330000' });
  for (;;) {
    const { rows } = await db.query('SELECT 1 FROM channels WHERE id = $1 AND state = $2', [channel.id, 'open']);
    if (rows.length > 0) return instance;
    await new Promise((done) => setTimeout(done, 25));
  }
}
