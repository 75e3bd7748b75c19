import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type OpenAiServer, startOpenAiServer } from '../../../simulator/openai-server.js';
import { handToPerson } from '../../../src/chats/takeover.queries.js';
import { ThinkService, TurnLost } from '../../../src/conversations/think.service.js';
import type { Tool } from '../../../src/conversations/tool.js';
import type { ClaimedTurn, SceneRow } from '../../../src/conversations/turns.queries.js';
import { OpenAiService } from '../../../src/openai/openai.service.js';
import { createPool } from '../../../src/prisma/database.pool.js';
import { inTransaction } from '../../../src/prisma/transaction.queries.js';
import { createTestDatabase } from '../../support/database.js';
import { openChannel } from '../../support/open-channel.js';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let pool: pg.Pool;
let model: OpenAiServer;
let openai: OpenAiService;
beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url, 4);
  model = await startOpenAiServer({ record: true });
  openai = new OpenAiService({ baseUrl: model.baseUrl, apiKey: 'k' });
});
afterAll(async () => {
  await openai?.onApplicationShutdown();
  await model?.close();
  await pool?.end();
  await database?.drop();
});

/** A tool as the business will have it: what it does in the world is counted. */
let done: number;
let inTheMiddle: () => Promise<void>;
const order = (kind: Tool['kind']): Tool => ({
  offer: { name: 'place_order', description: 'Orders.', parameters: { type: 'object', properties: {} } },
  kind,
  check: (args) => ({ args }),
  run: async () => {
    done++;
    await inTheMiddle();
    return { value: { order: 7 } };
  },
});
beforeEach(() => {
  done = 0;
  inTheMiddle = async () => undefined;
  model.requests.length = 0;
});

const thinkWith = (tool: Tool) =>
  new ThinkService(
    pool,
    { historyTokens: 1_000 } as never,
    openai,
    { of: () => [tool] } as never,
    {
      images: async () => [],
    } as never,
  );
const AGENT = {
  ...{ name: 'Bia', behavior: '', communicationType: 'NORMAL', type: 'SUPPORT', jobName: null, jobSite: null },
  ...{ jobDescription: null, timezone: 'UTC', enabledEmoji: true, limitSubjects: false, model: 'm', version: 1 },
  limits: { steps: 8, seconds: 90, tokens: 100_000 },
} as never;
const scene = (text: string) =>
  ({
    ...{ contact_id: 'c', contact_name: null, history: [] },
    contact: { phone: null, email: null, fields: null, summary: null },
    inbound: [{ id: '1', role: 'user', author: 'CUSTOMER', type: 'TEXT', text, content: null }],
  }) as unknown as SceneRow;

/** A turn that somebody thinks about. */
async function thinking(): Promise<ClaimedTurn> {
  const { ws, agent, channel } = await openChannel(pool);
  const [contact, chat, turn] = [randomUUID(), randomUUID(), randomUUID()];
  await pool.query(`INSERT INTO contacts (workspace_id, id) VALUES ($1, $2)`, [ws, contact]);
  await pool.query(
    `INSERT INTO chats (workspace_id, id, channel_id, contact_id, address) VALUES ($1, $2, $3, $4, 'a')`,
    [ws, chat, channel, contact],
  );
  await pool.query(
    `INSERT INTO turns (workspace_id, id, chat_id, channel_id, agent_id, due_at, epoch, inbound_ids, state, fence)
     VALUES ($1, $2, $3, $4, $5, now(), 0, '{}', 'THINKING', 1)`,
    [ws, turn, chat, channel, agent],
  );
  return {
    ...{ workspaceId: ws, id: turn, chatId: chat, channelId: channel, agentId: agent },
    ...{ kind: 'ANSWER', state: 'THINKING', epoch: 0, fence: 1, attempt: 1, inboundIds: [] },
    ...{ cause: 'MESSAGE', instructions: null },
  };
}
/** Another worker takes the turn. */
const takenOver = async (turn: ClaimedTurn): Promise<ClaimedTurn> => {
  await pool.query('UPDATE turns SET fence = fence + 1 WHERE id = $1', [turn.id]);
  return { ...turn, fence: turn.fence + 1, attempt: 2 };
};
const NEVER = new AbortController().signal;
const CALL = { toolCalls: [{ name: 'place_order', arguments: {} }] };
const states = async (turn: ClaimedTurn) =>
  (await pool.query('SELECT kind, state FROM turn_steps WHERE turn_id = $1 ORDER BY n', [turn.id])).rows.map(
    (row) => `${row.kind} ${row.state}`,
  );

describe('a worker that dies in the middle of a call', () => {
  it.each([
    { kind: 'once' as const, times: 1, told: 'outcome_unknown', after: 'TOOL UNKNOWN' },
    { kind: 'repeatable' as const, times: 2, told: '"order":7', after: 'TOOL DONE' },
  ])('$kind: done $times time(s), and the model is told so', async ({ kind, times, told, after }) => {
    const turn = await thinking();
    const text = `pedido ${turn.id}`;
    model.reply(text, 'Feito!', { times: 1 });
    model.reply(text, CALL, { times: 1 });
    inTheMiddle = async () => {
      throw new Error('killed');
    };
    await expect(thinkWith(order(kind)).think(turn, scene(text), AGENT, NEVER)).rejects.toThrow('killed');
    inTheMiddle = async () => undefined;
    const next = await takenOver(turn);
    const thought = await thinkWith(order(kind)).think(next, scene(text), AGENT, NEVER);
    expect([thought.text, done]).toEqual(['Feito!', times]);
    expect(JSON.stringify(model.requests.at(-1)!.body.messages.at(-1).content)).toContain(
      JSON.stringify(told).slice(1, -1),
    );
    expect(await states(turn)).toEqual(['MODEL DONE', after, 'MODEL STARTED']);
    // What was asked of the model before is not asked again.
    expect(model.requests).toHaveLength(2);
  });
});

describe('a turn that is no longer ours', () => {
  it('begins no call once a person has the chat', async () => {
    const turn = await thinking();
    const text = `pedido ${turn.id}`;
    model.reply(text, CALL, { times: 1 });
    const held = model.hold();
    const thought = thinkWith(order('once')).think(turn, scene(text), AGENT, NEVER);
    await model.waitForRequests(1);
    // Only the epoch has risen: the turn itself still looks as it did.
    await pool.query('UPDATE chats SET epoch = epoch + 1 WHERE id = $1', [turn.chatId]);
    held.release();
    await expect(thought).rejects.toBeInstanceOf(TurnLost);
    expect(done).toBe(0);
    await inTransaction(pool, (tx) => handToPerson(tx, turn.workspaceId, turn.chatId));
  });

  it('drops what comes of a call after another worker took over', async () => {
    const turn = await thinking();
    const text = `pedido ${turn.id}`;
    model.reply(text, CALL, { times: 1 });
    inTheMiddle = () => takenOver(turn).then(() => undefined);
    await expect(thinkWith(order('once')).think(turn, scene(text), AGENT, NEVER)).rejects.toBeInstanceOf(TurnLost);
    expect(done).toBe(1);
  });

  it('asks no model', async () => {
    const turn = await thinking();
    await takenOver(turn);
    await expect(thinkWith(order('once')).think(turn, scene('x'), AGENT, NEVER)).rejects.toBeInstanceOf(TurnLost);
    expect(model.requests).toHaveLength(0);
  });
});
