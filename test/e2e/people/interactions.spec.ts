import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Person, type Shop, startTestApp, type TestApp } from '../../support/test-app.js';

let app: TestApp;
let shop: Shop;
let stranger: Person;
beforeAll(async () => {
  app = await startTestApp();
  shop = await app.openShop();
  stranger = await app.register('Rui');
});
afterAll(() => app.close());

const call = (method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
  app.inject(method, path, { token: shop.token, body, headers });
const rowOf = async (table: string, id: string) =>
  (await app.db.query(`SELECT * FROM ${table} WHERE id = $1`, [id])).rows[0];

/** A chat with one interaction and two messages, as if long ago. */
async function talk(name: string, interaction: Record<string, unknown> = {}, at = { ...shop }) {
  const [contact, chat, id] = [randomUUID(), randomUUID(), randomUUID()];
  const ws = at.workspaceId;
  await app.db.query('INSERT INTO contacts (workspace_id, id, name) VALUES ($1, $2, $3)', [ws, contact, name]);
  await app.db.query(
    `INSERT INTO contact_aliases (workspace_id, channel_id, alias, contact_id) VALUES ($1, $2, $3, $4)`,
    [ws, at.channelId, `${contact}@lid`, contact],
  );
  await app.db.query(
    `INSERT INTO chats (workspace_id, id, channel_id, contact_id, address) VALUES ($1, $2, $3, $4, $5)`,
    [ws, chat, at.channelId, contact, `${contact}@lid`],
  );
  const columns = { workspace_id: ws, id, chat_id: chat, agent_id: at.agentId, ...interaction };
  await app.db.query(
    `INSERT INTO interactions (${Object.keys(columns).join(', ')}) VALUES (${Object.keys(columns).map((_, n) => `$${n + 1}`)})`,
    Object.values(columns),
  );
  for (const [role, text] of [
    ['user', 'oi'],
    ['assistant', 'olá'],
  ])
    await app.db.query(
      `INSERT INTO messages (workspace_id, id, chat_id, channel_id, interaction_id, role, author, text, sent_at)
       VALUES ($1, gen_random_uuid(), $2, $3, $4, $5, $6, $7, now())`,
      [ws, chat, at.channelId, id, role, role === 'user' ? 'CUSTOMER' : 'AGENT', text],
    );
  return { id, chat, contact };
}
const resolved = (start: string, end: string) => ({ status: 'RESOLVED', start_at: start, resolved_at: end });

describe('the list', () => {
  it('answers the published shape, in which what has not happened is an empty text', async () => {
    const open = await talk('Aberta');
    const done = await talk('Feita', {
      ...resolved('2026-01-02T10:00:00Z', '2026-01-02T10:30:00Z'),
      transfer_at: '2026-01-02T10:10:00Z',
      user_id: shop.userId,
    });
    const listed = (await call('GET', `/v2/workspace/${shop.workspaceId}/interactions`)).body;
    const published = {
      agentId: shop.agentId,
      agentName: 'Bia',
      agentAvatar: '',
      startAt: expect.stringMatching(/Z$/),
    };
    const byId = (id: string) => listed.find((i: { id: string }) => i.id === id);
    expect(byId(open.id)).toEqual({
      ...published,
      id: open.id,
      chatId: open.chat,
      chatName: 'Aberta',
      status: 'RUNNING',
      transferAt: '',
      resolvedAt: '',
      userId: '',
    });
    expect(byId(done.id)).toEqual({
      ...published,
      id: done.id,
      chatId: done.chat,
      chatName: 'Feita',
      status: 'RESOLVED',
      startAt: '2026-01-02T10:00:00.000Z',
      transferAt: '2026-01-02T10:10:00.000Z',
      resolvedAt: '2026-01-02T10:30:00.000Z',
      userId: shop.userId,
    });
    const own = (await call('GET', `/workspace/${shop.workspaceId}/interactions?chatId=${open.chat}`)).body.data;
    expect(own).toMatchObject([{ id: open.id, transferAt: null, resolvedAt: null, userId: null, agentAvatar: null }]);
    expect(own[0].protocol).toMatch(/^\d{8}-[0-9A-Z]{6}$/);
  });

  it('is newest first, and narrowed by what was asked', async () => {
    const other = (await call('POST', `/workspace/${shop.workspaceId}/agents`, { name: 'Eva' })).body.data.id;
    const made = [
      await talk('Maria Um', resolved('2025-03-01T00:00:00Z', '2025-03-02T00:00:00Z')),
      await talk('Maria Dois', { status: 'WAITING', start_at: '2025-03-02T00:00:00Z' }),
      await talk('Nuno', { start_at: '2025-03-03T00:00:00Z', agent_id: other }),
    ];
    const [one, two, three] = made.map(({ id }) => id);
    const ids = async (query: string, face = '') => {
      const { body } = await call('GET', `${face}/workspace/${shop.workspaceId}/interactions?${query}`);
      const all = (face ? body : body.data).map((i: { id: string }) => i.id);
      return all.filter((id: string) => made.some((m) => m.id === id));
    };
    const spring = 'from=2025-03-01T00:00:00Z&to=2025-03-04T00:00:00Z';
    expect(await ids(spring)).toEqual([three, two, one]);
    expect(await ids('from=2025-03-02T00:00:00Z&to=2025-03-03T00:00:00%2B00:00')).toEqual([two]);
    expect(await ids(`${spring}&page=2&pageSize=2`)).toEqual([one]);
    expect(await ids(`${spring}&query=maria`)).toEqual([two, one]);
    expect(await ids(`${spring}&query=100%25`)).toEqual([]);
    for (const face of ['', '/v2']) {
      expect(await ids(`agentId=${other}`, face)).toEqual([three]);
      expect(await ids('agentId=&status=WAITING', face)).toEqual([two]);
      expect(await ids(`agentId=${randomUUID()}`, face)).toEqual([]);
    }
  });

  it('shows nothing of others, whatever the filter', async () => {
    const { chat } = await talk('Segredo');
    for (const filter of [`agentId=${shop.agentId}`, `chatId=${chat}`, 'query=Segredo']) {
      const path = `/v2/workspace/${stranger.workspaceId}/interactions?${filter}`;
      expect((await app.inject('GET', path, { token: stranger.token })).body).toEqual([]);
    }
  });

  it('keeps those of an agent that is gone', async () => {
    const { id } = await talk('Órfã', { agent_id: randomUUID() });
    const listed = (await call('GET', `/v2/workspace/${shop.workspaceId}/interactions?pageSize=100`)).body;
    expect(listed.find((i: { id: string }) => i.id === id)).toMatchObject({ agentName: '', agentAvatar: '' });
  });
});

describe('an interaction', () => {
  it.each(['', '/v2'])('shows its messages, newest first, and all of them (%s)', async (face) => {
    const { id, chat } = await talk('Conversa');
    await app.db.query(
      `INSERT INTO messages (workspace_id, id, chat_id, channel_id, interaction_id, role, author, text, sent_at)
       SELECT $1, gen_random_uuid(), $2, $3, $4, 'user', 'CUSTOMER', 'n' || n, now() FROM generate_series(1, 120) n`,
      [shop.workspaceId, chat, shop.channelId, id],
    );
    const { body, headers } = await call('GET', `${face}/interaction/${id}/messages`);
    const messages = face ? body : body.data;
    expect(messages).toHaveLength(122);
    expect([messages[0].text, messages.at(-1).text]).toEqual(['n120', 'oi']);
    expect(Object.keys(messages[0]).sort()).toEqual(expect.arrayContaining(['id', 'role', 'text', 'time', 'type']));
    if (face) expect(headers['x-total-count']).toBe('122');
    const second = await call('GET', `${face}/interaction/${id}/messages?page=2&pageSize=121`);
    expect((face ? second.body : second.body.data).map((m: { text: string }) => m.text)).toEqual(['oi']);
  });

  it.each(['', '/v2'])('is resolved once, and its agent has the chat again (%s)', async (face) => {
    const { id, chat } = await talk('Atendida', { status: 'WAITING' });
    await app.db.query('UPDATE chats SET human_talk = true, user_id = $2 WHERE id = $1', [chat, shop.userId]);
    const answer = await call('POST', `${face}/interaction/${id}/resolve`);
    expect([answer.status, face ? answer.body : answer.body.data]).toEqual([200, { success: true }]);
    expect(await rowOf('interactions', id)).toMatchObject({
      status: 'RESOLVED',
      resolved_at: expect.any(Date),
      user_id: shop.userId,
    });
    expect(await rowOf('chats', chat)).toMatchObject({ human_talk: false, user_id: null, finished: true, epoch: 1 });
    // Somebody has the chat again; the old interaction must not take it from them.
    await app.db.query('UPDATE chats SET human_talk = true, finished = false WHERE id = $1', [chat]);
    expect((await call('POST', `${face}/interaction/${id}/resolve`)).status).toBe(200);
    expect(await rowOf('chats', chat)).toMatchObject({ human_talk: true, finished: false, epoch: 1 });
  });

  it('that is resolved lets nothing out that the agent had not begun to send', async () => {
    const { id, chat } = await talk('Parada');
    const message = (
      await app.db.query('SELECT id FROM messages WHERE chat_id = $1 AND role = $2', [chat, 'assistant'])
    ).rows[0].id;
    const turn = randomUUID();
    await app.db.query(
      `INSERT INTO turns (workspace_id, id, chat_id, channel_id, agent_id, state, due_at, epoch, inbound_ids)
       VALUES ($1, $2, $3, $4, $5, 'SENDING', now(), 0, '{}')`,
      [shop.workspaceId, turn, chat, shop.channelId, shop.agentId],
    );
    await app.db.query(
      `INSERT INTO outbound_parts (workspace_id, id, chat_id, channel_id, turn_id, message_id, n, address, text, text_hash, epoch)
       VALUES ($1, gen_random_uuid(), $2, $3, $4, $5, 0, 'x', 'olá', '\\x00', 0)`,
      [shop.workspaceId, chat, shop.channelId, turn, message],
    );
    await call('POST', `/interaction/${id}/resolve`);
    expect(await rowOf('messages', message)).toMatchObject({ status: 'CANCELED' });
  });

  it('makes way for the next when it is resolved, and the agent answers', async () => {
    const phone = app.gateway.phone(shop.instanceName, { number: '5581977770009', name: 'Lia' });
    phone.say('oi');
    const answered = `SELECT m.interaction_id, c.id FROM messages m JOIN chats c ON c.id = m.chat_id
      JOIN contacts t ON t.id = c.contact_id
      WHERE t.name = 'Lia' AND m.role = 'assistant' AND m.status IN ('SENT', 'DELIVERED', 'READ')
      ORDER BY m.seq DESC LIMIT 1`;
    const first = await app.until(answered, [], Boolean);
    expect((await call('PUT', `/chat/${first['id']}/start-human`)).status).toBe(200);
    await call('POST', `/interaction/${first['interaction_id']}/resolve`);
    phone.say('mais uma coisa');
    await app.until(answered, [], (row) => row?.['interaction_id'] !== first['interaction_id']);
  });

  it.each(['', '/v2'])('is deleted, and its messages stay in the chat (%s)', async (face) => {
    const { id, chat } = await talk('Apagada', { status: 'WAITING' });
    await app.db.query('UPDATE chats SET human_talk = true WHERE id = $1', [chat]);
    const answer = await call('DELETE', `${face}/interaction/${id}`);
    expect([answer.status, face ? answer.body : answer.body.data]).toEqual([200, { deleted: true }]);
    expect(await rowOf('interactions', id)).toBeUndefined();
    const { rows } = await app.db.query('SELECT interaction_id FROM messages WHERE chat_id = $1', [chat]);
    expect(rows).toEqual([{ interaction_id: null }, { interaction_id: null }]);
    expect(await rowOf('chats', chat)).toMatchObject({ human_talk: false, finished: true });
    const audit = await app.db.query('SELECT user_id FROM audit_events WHERE subject_id = $1', [id]);
    expect(audit.rows).toEqual([{ user_id: shop.userId }]);
    expect((await call('DELETE', `${face}/interaction/${id}`)).status).toBe(404);
  });
});

describe('the export', () => {
  const COLUMNS = 'contactName,channelType,status,agentName,startAt,resolvedAt,duration,protocol';
  const ana: { shop?: Shop } = {};
  const ask = (face: string, body: unknown, headers: Record<string, string> = {}) =>
    app.inject('POST', `${face}/workspace/${ana.shop!.workspaceId}/export`, { token: ana.shop!.token, body, headers });
  beforeAll(async () => {
    ana.shop = await app.openShop();
    await talk('=HYPERLINK("http://x","clique")', resolved('2026-01-01T10:00:00Z', '2026-01-01T11:01:05Z'), ana.shop);
    await talk('Souza, Ana "Aninha"\nda Silva', { start_at: '2026-01-02T10:00:00Z' }, ana.shop);
    await talk('@Zé', { status: 'WAITING', start_at: '2026-01-03T10:00:00Z' }, ana.shop);
  });

  it('is a file a spreadsheet opens and runs nothing of', async () => {
    const answer = await ask('', {});
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': 'attachment; filename="interactions.csv"',
      'cache-control': 'no-store',
      'x-total-count': '3',
    });
    const lines = answer.text.split(/\n(?=["'@]|$)/);
    expect(lines[0]!.split('\n')[0]).toBe(COLUMNS);
    expect(answer.text).toContain(`\n'@Zé,WHATSAPP,WAITING,Bia,2026-01-03T10:00:00.000Z,,,20260103-`);
    expect(answer.text).toContain(`\n"Souza, Ana ""Aninha""\nda Silva",WHATSAPP,RUNNING,`);
    expect(answer.text).toContain(`\n"'=HYPERLINK(""http://x"",""clique"")",WHATSAPP,RESOLVED,Bia,2026-01-01T10`);
    expect(answer.text).toContain(',2026-01-01T11:01:05.000Z,01:01:05,20260101-');
  });

  it('is JSON rows on the published face, and a file there too for who asks for one', async () => {
    const rows = await ask('/v2', {});
    expect([rows.status, rows.headers['content-type']]).toEqual([200, 'application/json; charset=utf-8']);
    expect(rows.body.map((row: object) => Object.keys(row).join(','))).toEqual([COLUMNS, COLUMNS, COLUMNS]);
    expect(rows.body[0]).toMatchObject({ contactName: '@Zé', status: 'WAITING', resolvedAt: '', duration: '' });
    const file = await ask('/v2', {}, { accept: 'text/csv' });
    expect([file.headers['content-type'], file.text]).toEqual(['text/csv; charset=utf-8', (await ask('', {})).text]);
  });

  it('gives the page that was asked for, and narrows as the list does', async () => {
    const names = async (body: unknown) =>
      (await ask('/v2', body)).body.map((row: { contactName: string }) => row.contactName);
    expect(await names({ page: 2, pagesize: 1 })).toEqual(['Souza, Ana "Aninha"\nda Silva']);
    expect(await names({ page: 9, pagesize: 1 })).toEqual([]);
    expect(await names({ status: 'WAITING' })).toEqual(['@Zé']);
    expect(await names({ to: '2026-01-02T00:00:00Z' })).toHaveLength(1);
    expect((await ask('', { page: 9, pagesize: 1 })).text.trim()).toBe(COLUMNS);
    const refused = await ask('', { pagesize: 0 });
    expect([refused.status, refused.body.errors[0].path]).toEqual([400, 'pagesize']);
  });

  it('carries every row once, however many there are', async () => {
    const { workspaceId, channelId, agentId, token } = ana.shop!;
    await app.db.query(
      `WITH c AS (
         INSERT INTO contacts (workspace_id, id, name) SELECT $1, gen_random_uuid(), 'M' || n FROM generate_series(1, 1200) n
         RETURNING id),
       h AS (
         INSERT INTO chats (workspace_id, id, channel_id, contact_id, address)
         SELECT $1, gen_random_uuid(), $2, id, 'x' FROM c RETURNING id)
       INSERT INTO interactions (workspace_id, id, chat_id, agent_id, start_at)
       SELECT $1, gen_random_uuid(), id, $3, '2025-01-01T00:00:00Z' FROM h`,
      [workspaceId, channelId, agentId],
    );
    const all = await app.inject('POST', `/v2/workspace/${workspaceId}/export`, { token, body: {} });
    expect(all.body).toHaveLength(1203);
    expect(new Set(all.body.map((row: { contactName: string }) => row.contactName)).size).toBe(1203);
    const csv = await app.inject('POST', `/workspace/${workspaceId}/export`, { token, body: { pagesize: 1_000 } });
    expect(csv.text.match(/,RUNNING,/g)).toHaveLength(998);
  });

  it.each(['', '/v2'])('that fails half way is cut off, and does not look whole (%s)', async (face) => {
    // Sorts last, and no date can be made of it.
    const { id } = await talk('Sem data', { start_at: '-infinity' }, ana.shop);
    await expect(ask(face, {})).rejects.toThrow();
    await app.db.query('DELETE FROM interactions WHERE id = $1', [id]);
    expect((await ask(face, { pagesize: 1 })).status).toBe(200);
  });
});
