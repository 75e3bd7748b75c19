import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { finishChat, lockChat } from '../../../src/chats/takeover.queries.js';
import { CallbacksService, type CallbackWish } from '../../../src/conversations/callbacks.service.js';
import { createPool } from '../../../src/prisma/database.pool.js';
import { inTransaction } from '../../../src/prisma/transaction.queries.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';

const URL = 'https://example.com/x';
let database: TestDatabase;
let pool: pg.Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url, 4);
});
afterAll(async () => {
  await pool?.end();
  await database?.drop();
});

/** A service without wake-ups: what it finds, it finds by looking at the rows, as after a crash. */
const service = () =>
  new CallbacksService({ role: 'all' } as never, pool, pino({ level: 'silent' }), {
    on: () => () => undefined,
  } as never);

/** A message of a caller, and the turn that answers it in `state`. */
async function ask(state: string, said: readonly string[] = []): Promise<CallbackWish> {
  const ids = Array.from({ length: 8 }, () => randomUUID());
  const [workspaceId, agentId, channelId, contactId, chatId, interactionId, messageId, turnId] = ids as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const insert = (sql: string, values: unknown[]) => pool.query(`INSERT INTO ${sql}`, values);
  await insert(`workspaces (id, name) VALUES ($1, 'w')`, [workspaceId]);
  await insert(`agents (workspace_id, id, name) VALUES ($1, $2, 'Bia')`, [workspaceId, agentId]);
  await insert(
    `channels (workspace_id, id, agent_id, type, name, instance_name, state) VALUES ($1, $2, $3, 'API', 'c', $4, 'open')`,
    [workspaceId, channelId, agentId, `i-${channelId}`],
  );
  await insert(`contacts (workspace_id, id) VALUES ($1, $2)`, [workspaceId, contactId]);
  await insert(`chats (workspace_id, id, channel_id, contact_id, address) VALUES ($1, $2, $3, $4, 'api:x')`, [
    workspaceId,
    chatId,
    channelId,
    contactId,
  ]);
  await insert(`interactions (workspace_id, id, chat_id, agent_id) VALUES ($1, $2, $3, $4)`, [
    workspaceId,
    interactionId,
    chatId,
    agentId,
  ]);
  await insert(
    `turns (workspace_id, id, chat_id, channel_id, agent_id, state, due_at, epoch, inbound_ids, reason)
     VALUES ($1, $2, $3, $4, $5, $6, now(), 0, ARRAY[$7]::uuid[], CASE WHEN $6 IN ('SKIPPED', 'FAILED') THEN 'human' END)`,
    [workspaceId, turnId, chatId, channelId, agentId, state, messageId],
  );
  const say = (id: string, role: string, author: string, text: string, turn: string | null) =>
    insert(
      `messages (workspace_id, id, chat_id, channel_id, interaction_id, turn_id, role, author, type, text, provider_id, sent_at)
       VALUES ($1, $2::uuid, $3, $4, $5, $6, $7, $8, 'TEXT', $9, $2::uuid::text, now())`,
      [workspaceId, id, chatId, channelId, interactionId, turn, role, author, text],
    );
  await say(messageId, 'user', 'CUSTOMER', 'oi', null);
  for (const text of said) await say(randomUUID(), 'assistant', 'AGENT', text, turnId);
  const message = { id: messageId, chatId, interactionId };
  return { workspaceId, agentId, contextId: 'x', message, callbackUrl: undefined, onFinishCallback: undefined };
}

const callbacks = async ({ workspaceId }: CallbackWish) =>
  (
    await pool.query(
      'SELECT event, payload, next_at <= now() AS due FROM hook_deliveries WHERE workspace_id = $1 ORDER BY event',
      [workspaceId],
    )
  ).rows;

/** Resolves with the callbacks once the first is due. */
async function whenDue(wish: CallbackWish) {
  for (;;) {
    const rows = await callbacks(wish);
    if (rows[0]?.due) return rows;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

it.each([
  { state: 'DONE', said: ['um', 'dois'], expected: { state: 'DONE', message: 'um\n\ndois', error: null } },
  { state: 'SKIPPED', said: [], expected: { state: 'SKIPPED', message: '', error: null } },
  { state: 'FAILED', said: [], expected: { state: 'FAILED', message: '', error: { code: 'TEMPORARILY_UNAVAILABLE' } } },
])(
  'after a crash, the next process calls back with what became of the turn: $state',
  async ({ state, said, expected }) => {
    const wish = { ...(await ask(state, said)), callbackUrl: URL };
    await service().keep(wish);
    expect(await callbacks(wish)).toMatchObject([{ due: false }]);
    const next = service();
    next.onApplicationBootstrap();
    expect(await whenDue(wish)).toMatchObject([{ event: 'conversation.answer', payload: expected }]);
    await next.onModuleDestroy();
  },
);

it('an answer that is not there yet is waited for', async () => {
  const wish = { ...(await ask('THINKING')), callbackUrl: URL };
  const one = service();
  await one.keep(wish);
  const other = { ...(await ask('DONE')), callbackUrl: URL };
  await one.keep(other);
  one.onApplicationBootstrap();
  await whenDue(other);
  await one.onModuleDestroy();
  expect(await callbacks(wish)).toMatchObject([{ due: false }]);
});

it('a wish that is kept twice is one promise', async () => {
  const wish = { ...(await ask('DONE')), callbackUrl: URL, onFinishCallback: URL };
  await service().keep(wish);
  await service().keep(wish);
  expect(await callbacks(wish)).toHaveLength(2);
});

it.each(['before', 'after'])('the end of an interaction is told, also when it comes %s the wish', async (when) => {
  const wish = { ...(await ask('DONE')), onFinishCallback: URL };
  const { workspaceId, message } = wish;
  const finish = () =>
    inTransaction(pool, async (tx) => {
      await lockChat(tx, workspaceId, message.chatId);
      await finishChat(tx, workspaceId, message.chatId, null);
    });
  if (when === 'before') await finish();
  await service().keep(wish);
  if (when === 'after') await finish();
  const payload = { contextId: 'x', interactionId: message.interactionId, resolvedBy: 'PERSON' };
  expect(await callbacks(wish)).toMatchObject([{ event: 'conversation.finished', due: true, payload }]);
});
