import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listStatements } from '../../../src/contacts/contacts.queries.js';
import { countStatement, pageStatement } from '../../../src/interactions/list-interactions.queries.js';
import { createPool } from '../../../src/prisma/database.pool.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';

const WORKSPACES = 20;
const EACH = 5_000;
let database: TestDatabase;
let pool: pg.Pool;
let ws: string;
let agentId: string;
let chatId: string;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url, 2);
  await fill();
  [{ ws, agentId, chatId }] = (
    await pool.query(
      `SELECT a.workspace_id AS ws, a.id AS "agentId", (SELECT id FROM chats c WHERE c.workspace_id = a.workspace_id LIMIT 1) AS "chatId"
       FROM agents a LIMIT 1`,
    )
  ).rows as [{ ws: string; agentId: string; chatId: string }];
}, 300_000);
afterAll(async () => {
  await pool?.end();
  await database?.drop();
});

/** 100,000 contacts, each with a custom value, an alias, a chat and an interaction, in twenty workspaces of five agents. */
async function fill() {
  // Filled row by row, this index takes longer than all the rest.
  const search = `SELECT pg_get_indexdef('contacts_search'::regclass) AS definition`;
  const [{ definition }] = (await pool.query(search)).rows as [{ definition: string }];
  await pool.query('DROP INDEX contacts_search');
  await pool.query(`INSERT INTO workspaces (id, name) SELECT gen_random_uuid(), 'w' FROM generate_series(1, $1)`, [
    WORKSPACES,
  ]);
  await pool.query(
    `INSERT INTO agents (workspace_id, id, name) SELECT w.id, gen_random_uuid(), 'Bia' FROM workspaces w, generate_series(1, 5)`,
  );
  await pool.query(
    `INSERT INTO channels (workspace_id, id, agent_id, type, name)
     SELECT workspace_id, gen_random_uuid(), id, 'WHATSAPP', 'Loja' FROM agents`,
  );
  await pool.query(
    `INSERT INTO contacts (workspace_id, id, name, phone, created_at)
     SELECT w.id, gen_random_uuid(), 'Cliente ' || md5(n::text || w.id), '55' || (81900000000 + n), now() - n * interval '1 min'
     FROM workspaces w, generate_series(1, $1::int) n`,
    [EACH],
  );
  await pool.query(
    `WITH placed AS (
       SELECT t.*, (SELECT h.id FROM channels h WHERE h.workspace_id = t.workspace_id ORDER BY md5(h.id::text || t.id) LIMIT 1) AS channel
       FROM contacts t),
     aliased AS (
       INSERT INTO contact_aliases (workspace_id, channel_id, alias, contact_id)
       SELECT workspace_id, channel, phone || '@s.whatsapp.net', id FROM placed)
     INSERT INTO chats (workspace_id, id, channel_id, contact_id, address)
     SELECT workspace_id, gen_random_uuid(), channel, id, phone FROM placed`,
  );
  await pool.query(
    `INSERT INTO interactions (workspace_id, id, chat_id, agent_id, status, start_at)
     SELECT c.workspace_id, gen_random_uuid(), c.id, h.agent_id,
            (ARRAY['RUNNING', 'WAITING', 'RESOLVED'])[1 + (row_number() OVER ()) % 3], now() - random() * interval '90 days'
     FROM chats c JOIN channels h ON h.workspace_id = c.workspace_id AND h.id = c.channel_id`,
  );
  await pool.query(
    `INSERT INTO custom_fields (workspace_id, id, name, json_name, type)
     SELECT id, gen_random_uuid(), 'Nota', 'nota', 'NUMBER' FROM workspaces`,
  );
  await pool.query(
    `INSERT INTO custom_field_values (workspace_id, contact_id, custom_field_id, value)
     SELECT t.workspace_id, t.id, f.id, '5' FROM contacts t JOIN custom_fields f ON f.workspace_id = t.workspace_id`,
  );
  await pool.query(definition);
  await pool.query('VACUUM ANALYZE');
}

const TENANT_TABLES = ['contacts', 'contact_aliases', 'chats', 'interactions', 'custom_field_values', 'messages'];

/** The tables a plan reads from end to end. Agents and channels of a test are too few for an index to be worth it. */
async function tablesScanned({ text, values }: { text: string; values: unknown[] }): Promise<string[]> {
  const { rows } = await pool.query(`EXPLAIN (FORMAT JSON) ${text}`, values);
  const scanned: string[] = [];
  const walk = (node: { 'Node Type': string; 'Relation Name'?: string; Plans?: never[] }) => {
    if (node['Node Type'] === 'Seq Scan' && TENANT_TABLES.includes(node['Relation Name']!))
      scanned.push(node['Relation Name']!);
    for (const child of node.Plans ?? []) walk(child);
  };
  walk(rows[0]['QUERY PLAN'][0].Plan);
  return scanned;
}

describe('contacts are listed by an index', () => {
  it.each([
    { name: 'all of them', input: { page: 1, pageSize: 25 } },
    { name: 'a late page', input: { page: 150, pageSize: 25 } },
    { name: 'by a part of a name', input: { page: 1, pageSize: 25, query: 'c4ca42' } },
    { name: 'by a phone as people write it', input: { page: 1, pageSize: 25, query: '+55 81 90000-4321' } },
    { name: 'by letters that stand for anything in SQL', input: { page: 1, pageSize: 25, query: '100%_\\' } },
  ])('$name', async ({ input }) => {
    const { page, count } = listStatements(ws, input);
    expect(await tablesScanned(page)).toEqual([]);
    expect(await tablesScanned(count)).toEqual([]);
    const { rows } = await pool.query(page.text, page.values);
    const { total } = (await pool.query(count.text, count.values)).rows[0];
    expect(rows).toHaveLength(Math.max(0, Math.min(25, total - (input.page - 1) * 25)));
  });
});

describe('interactions are listed by an index', () => {
  it.each([
    { name: 'all of them', input: () => ({}) },
    { name: 'of an agent', input: () => ({ agentId }) },
    { name: 'of a chat', input: () => ({ chatId }) },
    { name: 'of a state', input: () => ({ status: 'WAITING' as const }) },
    { name: 'of an agent and a state', input: () => ({ agentId, status: 'RESOLVED' as const }) },
    { name: 'of a time', input: () => ({ from: '2020-01-01T00:00:00Z', to: new Date().toISOString() }) },
    { name: 'of a contact', input: () => ({ query: 'c4ca42' }) },
  ])('$name', async ({ input }) => {
    const count = countStatement(ws, input());
    expect(await tablesScanned(count)).toEqual([]);
    const { total } = (await pool.query(count.text, count.values)).rows[0];
    const first = pageStatement(ws, input(), 10, { offset: 0 });
    expect(await tablesScanned(first)).toEqual([]);
    const { rows } = await pool.query(first.text, first.values);
    expect(rows).toHaveLength(Math.min(10, total));
    if (rows.length < 10) return;
    const next = pageStatement(ws, input(), 10, { after: rows[9] });
    expect(await tablesScanned(next)).toEqual([]);
    const byOffset = pageStatement(ws, input(), 10, { offset: 10 });
    const ids = async ({ text, values }: typeof next) =>
      (await pool.query(text, values)).rows.map((row: { id: string }) => row.id);
    expect(await ids(next)).toEqual(await ids(byOffset));
  });
});

it('a workspace nobody knows has none', async () => {
  const { count } = listStatements(randomUUID(), { page: 1, pageSize: 25 });
  expect((await pool.query(count.text, count.values)).rows).toEqual([{ total: 0 }]);
});
