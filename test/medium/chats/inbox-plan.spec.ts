import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ChatFilter,
  chatsCount,
  chatsPage,
  messagesCount,
  messagesPage,
  oneChat,
  rowsOf,
  type Statement,
} from '../../../src/chats/chats.queries.js';
import { createPool } from '../../../src/prisma/database.pool.js';
import { createTestDatabase } from '../../support/database.js';

const CHATS = 100_000;
/** A busy chat, for its messages. */
const MESSAGES = 5_000;

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let pool: pg.Pool;
let ws: string;
let channel: string;
let chat: string;
const me = randomUUID();

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url, 4);
  // Built at the end, as it is: row by row the trigrams take a minute.
  const { rows } = await pool.query(`SELECT pg_get_indexdef('contacts_search'::regclass) AS definition`);
  await pool.query('DROP INDEX contacts_search');
  // Others hold two thirds of the chats: where one tenant is the table, reading the table is right.
  for (const messages of [0, 0, MESSAGES]) ({ ws, channel, chat } = await fill(messages));
  await pool.query(rows[0].definition);
  // As autovacuum leaves a table.
  await pool.query('VACUUM ANALYZE agents, channels, contacts, chats, messages, outbound_parts, users');
}, 120_000);
afterAll(async () => {
  await pool?.end();
  await database?.drop();
});

/**
 * A workspace with its chats on five channels; unless `messages` is 0, each has one and one of them so many more. Foreign
 * keys are not asked.
 */
async function fill(messages: number) {
  const workspace = randomUUID();
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(`SET session_replication_role = 'replica'`);
  await client.query(`INSERT INTO workspaces (id, name) VALUES ($1, 'w')`, [workspace]);
  await client.query(
    `WITH a AS (INSERT INTO agents (workspace_id, id, name) SELECT $1, gen_random_uuid(), 'a' FROM generate_series(1, 300)
                RETURNING id)
     INSERT INTO channels (workspace_id, id, agent_id, type, name) SELECT $1, gen_random_uuid(), id, 'WHATSAPP', 'c' FROM a`,
    [workspace],
  );
  await client.query(
    `CREATE TEMP TABLE made AS
     SELECT g, gen_random_uuid() AS chat, gen_random_uuid() AS contact,
            (ARRAY(SELECT id FROM channels WHERE workspace_id = '${workspace}' ORDER BY id LIMIT 5))[g % 5 + 1] AS channel,
            now() - make_interval(secs => (g * 7919) % 8000000) AS at
     FROM generate_series(1, ${CHATS}) g`,
  );
  await client.query(
    `INSERT INTO contacts (workspace_id, id, name, phone)
     SELECT $1, contact, CASE g WHEN 7777 THEN 'Zuleica' ELSE 'Cliente ' || g END, '5581' || lpad(g::text, 9, '9') FROM made`,
    [workspace],
  );
  await client.query(
    `INSERT INTO chats (workspace_id, id, channel_id, contact_id, address, title, last_message_at, human_talk, user_id, unread, finished)
     SELECT $1, chat, channel, contact, '5581' || 900000000 + g || '@s.whatsapp.net', 'Cliente ' || g, at, g % 50 = 0, CASE WHEN g % 100 = 0 THEN $2::uuid END,
            CASE WHEN g % 20 = 0 THEN 1 ELSE 0 END, g % 3 = 0 FROM made`,
    [workspace, me],
  );
  if (messages > 0)
    await client.query(
      `INSERT INTO messages (workspace_id, id, chat_id, channel_id, role, author, text, sent_at)
     SELECT $1::uuid, gen_random_uuid(), chat, channel, 'user', 'CUSTOMER', 'oi', at FROM made
     UNION ALL
     SELECT $1::uuid, gen_random_uuid(), m.chat, m.channel, 'user', 'CUSTOMER', 'oi', now()
     FROM made m, generate_series(1, ${messages}) WHERE m.g = 1`,
      [workspace],
    );
  await client.query(
    `INSERT INTO outbound_parts (workspace_id, id, chat_id, channel_id, message_id, n, address, text, text_hash, epoch, state)
     SELECT $1, gen_random_uuid(), chat, channel, gen_random_uuid(), 0, 'a', 'oi', '', 0, 'SENT' FROM made WHERE g < 10000`,
    [workspace],
  );
  const { rows } = await client.query('SELECT channel, chat FROM made WHERE g = 1');
  await client.end();
  return { ws: workspace, channel: rows[0].channel as string, chat: rows[0].chat as string };
}

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly Plans?: readonly Plan[];
}

/** Every node of the plan that touches a table, as "Scan table (index)". */
async function scans({ text, values }: Statement): Promise<string[]> {
  const { rows } = await pool.query(`EXPLAIN (FORMAT JSON) ${text}`, [...values]);
  const found: string[] = [];
  const visit = (plan: Plan): void => {
    const { 'Node Type': node, 'Relation Name': table, 'Index Name': index } = plan;
    if (table ?? index) found.push(`${node} ${table ?? ''} ${index ?? ''}`.trim());
    for (const inner of plan.Plans ?? []) visit(inner);
  };
  visit(rows[0]['QUERY PLAN'][0].Plan);
  return found;
}

const TENANT = /^(Parallel )?Seq Scan (agents|channels|contacts|chats|messages|outbound_parts)/;
const first = { limit: 26, offset: 0 } as const;

const FILTERS: { name: string; filter: () => Omit<ChatFilter, 'userId'> }[] = [
  { name: 'everything', filter: () => ({}) },
  { name: 'one agent’s', filter: () => ({ channelIds: [channel] }) },
  { name: 'an agent’s without channels', filter: () => ({ channelIds: [] }) },
  { name: 'open', filter: () => ({ status: 'open' }) },
  { name: 'waiting', filter: () => ({ status: 'waiting' }) },
  { name: 'mine', filter: () => ({ status: 'mine' }) },
  { name: 'finished', filter: () => ({ status: 'finished' }) },
  { name: 'with a person', filter: () => ({ humanTalk: true }) },
  { name: 'unread', filter: () => ({ unread: true }) },
  { name: 'a rare name', filter: () => ({ search: 'zuleica' }) },
  { name: 'a common name', filter: () => ({ search: 'cliente' }) },
  { name: 'a part of a phone', filter: () => ({ search: '9912345' }) },
  { name: 'two letters', filter: () => ({ search: 'zu' }) },
  { name: 'a name, unread', filter: () => ({ search: 'cliente', unread: true, channelIds: [channel] }) },
];

describe(`the inbox of a workspace with ${CHATS} chats`, () => {
  it.each(FILTERS)('$name: no statement reads a whole table', async ({ filter }) => {
    const asked = { ...filter(), userId: me };
    const after = { lastMessageAt: new Date(Date.now() - 86_400_000).toISOString(), id: randomUUID() };
    const statements = {
      page: chatsPage(ws, asked, first),
      later: chatsPage(ws, asked, { limit: 26, offset: 5_000 }),
      next: chatsPage(ws, asked, { limit: 26, after }),
      count: chatsCount(ws, asked),
    };
    for (const [name, statement] of Object.entries(statements)) {
      const found = await scans(statement);
      expect([name, found.filter((scan) => TENANT.test(scan))]).toEqual([name, []]);
    }
  });

  it('walks along the inbox for a page, and finds names by their trigrams', async () => {
    expect(await scans(chatsPage(ws, { userId: me }, first))).toContain('Index Only Scan chats chats_inbox');
    const next = { limit: 26, after: { lastMessageAt: new Date().toISOString(), id: randomUUID() } };
    expect(await scans(chatsPage(ws, { userId: me }, next))).toContain('Index Only Scan chats chats_inbox');
    const found = await scans(chatsPage(ws, { userId: me, search: 'zuleica' }, first));
    expect(found).toContain('Bitmap Index Scan  contacts_search');
  });

  it('answers what it was asked', async () => {
    const count = async (filter: Omit<ChatFilter, 'userId'>) =>
      (await rowsOf<{ total: number }>(pool, chatsCount(ws, { ...filter, userId: me })))[0]!.total;
    expect(await count({})).toBe(CHATS);
    expect(await count({ search: '9912345' })).toBe(1);
    expect(await count({ humanTalk: true })).toBe(CHATS / 50);
    expect(await rowsOf(pool, chatsPage(ws, { userId: me, channelIds: [channel] }, first))).toHaveLength(26);
  });
});

describe('one chat', () => {
  it('is found, and its messages read along their index', async () => {
    expect((await scans(oneChat(ws, chat))).filter((scan) => TENANT.test(scan))).toEqual([]);
    const slices = [
      { limit: 26, offset: 0 },
      { limit: 26, offset: 0, before: '100000' },
    ];
    for (const slice of slices) {
      const found = await scans(messagesPage(ws, { chatId: chat }, slice));
      expect(found).toContain('Index Scan messages messages_workspace_id_chat_id_seq_idx');
      expect(found.filter((scan) => TENANT.test(scan))).toEqual([]);
    }
    expect((await scans(messagesCount(ws, { chatId: chat }))).filter((scan) => TENANT.test(scan))).toEqual([]);
  });
});
