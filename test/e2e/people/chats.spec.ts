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
afterAll(() => app?.close());

const call = (method: string, path: string, body?: unknown, token = shop.token) =>
  app.inject(method, path, { token, body });

/** A member of the shop, of that role. */
async function member(role: string): Promise<Person> {
  const person = await app.register(role);
  await app.db.query('INSERT INTO memberships (workspace_id, user_id, role) VALUES ($1, $2, $3)', [
    ...[shop.workspaceId, person.userId, role],
  ]);
  return person;
}

/** A chat on the API channel: answered at once, with nothing of a gateway in it. */
async function talk(name: string, contextId: string = randomUUID()) {
  const body = { contextId, prompt: `oi de ${name}`, chatName: name };
  await call('POST', `/v2/agent/${shop.agentId}/conversation`, body);
  const { rows } = await app.db.query(
    `SELECT c.id FROM chats c JOIN contact_aliases a ON a.workspace_id = c.workspace_id AND a.contact_id = c.contact_id
     WHERE c.workspace_id = $1 AND a.alias = $2`,
    [shop.workspaceId, `api:${contextId}`],
  );
  return rows[0].id as string;
}

describe('the inbox', () => {
  const names = ['Ana Lima', 'Beto', 'Caio', 'Davi', 'Eva'];
  let ids: string[];
  const list = async (query = '') => (await call('GET', `/workspace/${shop.workspaceId}/chats${query}`)).body;
  const listed = async (query: string) => (await list(query)).data.map((c: { name: string }) => c.name);
  beforeAll(async () => {
    ids = [];
    for (const name of names) ids.push(await talk(name));
  });

  it('is read by pages or by cursor, newest first, and each row once', async () => {
    const whole = await list();
    expect(whole.data.map((c: { name: string }) => c.name)).toEqual([...names].reverse());
    expect(whole.meta).toEqual({ total: 5, page: 1, pageSize: 25, totalPages: 1, nextCursor: null });
    expect(await listed('?page=2&pageSize=2')).toEqual(['Caio', 'Beto']);
    const seen: string[] = [];
    for (let cursor = ''; ; ) {
      const page = await list(`?pageSize=2${cursor && `&cursor=${cursor}`}`);
      expect(page.meta.total).toBe(5);
      seen.push(...page.data.map((c: { name: string }) => c.name));
      cursor = page.meta.nextCursor;
      if (cursor === null) break;
    }
    expect(seen).toEqual([...names].reverse());
  });

  it('a cursor tells apart chats of one instant', async () => {
    await app.db.query(`UPDATE chats SET last_message_at = '2026-11-01T10:00:00.123Z' WHERE id = ANY ($1)`, [
      ids.slice(0, 3),
    ]);
    const first = await list('?pageSize=3');
    const rest = await list(`?pageSize=3&cursor=${first.meta.nextCursor}`);
    const all = [...first.data, ...rest.data].map((c: { id: string }) => c.id);
    expect(all).toEqual([ids[4], ids[3], ...ids.slice(0, 3).sort()]);
  });

  it('on the published face it is bare, and its total in a header', async () => {
    const answer = await call('GET', `/v2/workspace/${shop.workspaceId}/chats?pageSize=1`);
    expect([answer.status, answer.headers['x-total-count']]).toEqual([200, '5']);
    expect(Object.keys(answer.body[0])).toHaveLength(23);
    for (const [key, value] of Object.entries(answer.body[0])) {
      if (!['title', 'userId', 'userName', 'userPicture', 'messageUserName'].includes(key))
        expect(value).not.toBeNull();
    }
  });

  it('is narrowed by what people look for', async () => {
    expect(await listed('?query=ana%20l')).toEqual(['Ana Lima']);
    expect(await listed('?query=%25')).toEqual([]);
    expect(await listed(`?agentId=${shop.agentId}&pageSize=1`)).toEqual(['Eva']);
    const other = (await call('POST', `/v2/workspace/${shop.workspaceId}/agents`, { name: 'Lia' })).body;
    expect(await list(`?agentId=${other.id}`)).toMatchObject({ data: [], meta: { total: 0 } });
    await app.db.query('UPDATE contacts SET phone = $2 WHERE workspace_id = $1 AND name = $3', [
      ...[shop.workspaceId, '5581988887777', 'Beto'],
    ]);
    expect(await listed('?query=8888777')).toEqual(['Beto']);
  });

  it('is narrowed by where a chat stands', async () => {
    const [, beto, caio, davi] = ids;
    await call('PUT', `/chat/${beto}/start-human`);
    await app.db.query('UPDATE chats SET human_talk = true WHERE id = $1', [caio]);
    await call('PUT', `/chat/${davi}/finish`);
    await app.db.query('UPDATE chats SET unread = 0 WHERE workspace_id = $1 AND id <> $2', [shop.workspaceId, beto]);
    expect(await listed('?status=mine')).toEqual(['Beto']);
    expect(await listed('?status=waiting')).toEqual(['Caio']);
    expect(await listed('?status=finished')).toEqual(['Davi']);
    expect((await listed('?status=open')).sort()).toEqual(['Ana Lima', 'Beto', 'Caio', 'Eva']);
    expect((await listed('?humanTalk=true')).sort()).toEqual(['Beto', 'Caio']);
    expect(await listed('?humanTalk=true&unread=true')).toEqual(['Beto']);
    expect((await listed('?unread=false&humanTalk=false')).sort()).toEqual(['Ana Lima', 'Davi', 'Eva']);
    const colleague = await member('MEMBER');
    const theirs = await call('GET', `/workspace/${shop.workspaceId}/chats?status=mine`, undefined, colleague.token);
    expect(theirs.body.data).toEqual([]);
  });

  it.each(['status=closed', 'humanTalk=yes', 'cursor=abc', 'agentId=1', 'pageSize=0', 'sort=name'])(
    'refuses %s',
    async (query) => {
      const refused = await call('GET', `/workspace/${shop.workspaceId}/chats?${query}`);
      expect([refused.status, refused.body.code]).toEqual([400, 'VALIDATION_FAILED']);
    },
  );
});

describe('one chat', () => {
  it('is read alone, and its messages by page or cursor', async () => {
    const context = randomUUID();
    const id = await talk('Gil', context);
    for (const prompt of ['um', 'dois'])
      await call('POST', `/v2/agent/${shop.agentId}/add-message`, { contextId: context, prompt });
    const chat = await call('GET', `/chat/${id}`);
    expect([chat.status, chat.body.data]).toMatchObject([
      200,
      { id, name: 'Gil', conversation: 'dois', lastAuthor: 'API', unReadCount: 1, finished: false },
    ]);
    const texts = async (query: string) => (await call('GET', `/chat/${id}/messages?${query}`)).body;
    const first = await texts('pageSize=2');
    expect(first.data.map((m: { text: string }) => m.text)).toEqual(['dois', 'um']);
    expect(first.meta).toMatchObject({ total: 4, totalPages: 2 });
    const rest = await texts(`pageSize=2&cursor=${first.meta.nextCursor}`);
    expect(rest.data.map((m: { role: string }) => m.role)).toEqual(['assistant', 'user']);
    expect(rest.meta.nextCursor).toBeNull();
    expect((await texts('pageSize=2&page=2')).data).toEqual(rest.data);
    expect((await call('GET', `/chat/${id}/messages?cursor=x`)).status).toBe(400);
  });

  it('is marked as read', async () => {
    const id = await talk('Hugo');
    expect((await call('PUT', `/v2/chat/${id}/read`)).body).toEqual({ success: true });
    expect((await call('PUT', `/chat/${id}/read`)).body.data).toEqual({ success: true });
    expect((await call('GET', `/chat/${id}`)).body.data).toMatchObject({ read: true, unReadCount: 0 });
  });

  it('is finished, and opened by the next message as a new matter', async () => {
    const context = randomUUID();
    const id = await talk('Iara', context);
    expect((await call('PUT', `/chat/${id}/finish`)).body.data).toEqual({ success: true });
    expect((await call('PUT', `/v2/chat/${id}/finish`)).body).toEqual({ success: true });
    expect((await call('GET', `/chat/${id}`)).body.data).toMatchObject({ finished: true });
    await talk('Iara', context);
    expect((await call('GET', `/chat/${id}`)).body.data).toMatchObject({ finished: false });
    const { rows } = await app.db.query(
      'SELECT status, resolved_at IS NOT NULL AS ended FROM interactions WHERE chat_id = $1 ORDER BY start_at',
      [id],
    );
    expect(rows).toEqual([
      { status: 'RESOLVED', ended: true },
      { status: 'RUNNING', ended: false },
    ]);
  });

  it('shows who has it, until it is given back', async () => {
    const id = await talk('João');
    await call('PUT', `/v2/chat/${id}/start-human`);
    const taken = { humanTalk: true, userId: shop.userId, userName: 'Ana Souza', userPicture: null };
    expect((await call('GET', `/chat/${id}`)).body.data).toMatchObject(taken);
    await call('PUT', `/v2/chat/${id}/stop-human`);
    const free = { humanTalk: false, userId: null, userName: null };
    expect((await call('GET', `/chat/${id}`)).body.data).toMatchObject(free);
  });

  it('loses its messages, with the answer that is under way', async () => {
    const context = randomUUID();
    const id = await talk('Lara', context);
    const hold = app.model.hold();
    const already = app.model.requests.length;
    const body = { contextId: context, prompt: 'e agora?' };
    const asking = call('POST', `/v2/agent/${shop.agentId}/conversation`, body);
    await app.model.waitForRequests(already + 1);
    expect((await call('DELETE', `/chat/${id}/messages`)).body.data).toEqual({ success: true });
    hold.release();
    expect((await asking).body.message).toBe('');
    expect((await call('GET', `/chat/${id}/messages`)).body.data).toEqual([]);
    const { rows } = await app.db.query(`SELECT state, reason FROM turns WHERE chat_id = $1 ORDER BY first_at`, [id]);
    expect(rows.at(-1)).toEqual({ state: 'SKIPPED', reason: 'history_deleted' });
    // What comes next is answered, from what is left.
    await talk('Lara', context);
    expect((await call('GET', `/chat/${id}/messages`)).body.data).toHaveLength(2);
  });

  it('is deleted with everything in it; both deletions are on record', async () => {
    const id = await talk('Mila');
    await call('DELETE', `/v2/chat/${id}/messages`);
    expect((await call('DELETE', `/v2/chat/${id}`)).body).toEqual({ success: true });
    expect((await call('GET', `/chat/${id}`)).status).toBe(404);
    for (const table of ['messages', 'turns', 'interactions', 'outbound_parts']) {
      const { rowCount } = await app.db.query(`SELECT 1 FROM ${table} WHERE chat_id = $1`, [id]);
      expect([table, rowCount]).toEqual([table, 0]);
    }
    const { rows } = await app.db.query(
      'SELECT action, user_id FROM audit_events WHERE workspace_id = $1 AND subject_id = $2 ORDER BY created_at',
      [shop.workspaceId, id],
    );
    expect(rows).toEqual([
      { action: 'chat.cleared', user_id: shop.userId },
      { action: 'chat.deleted', user_id: shop.userId },
    ]);
  });
});

describe('who may', () => {
  const text = { message: 'oi' };
  const ROUTES: [method: string, path: string, body?: unknown][] = [
    ['GET', '/chat/:chatId/messages'],
    ['PUT', '/chat/:chatId/read'],
    ['PUT', '/chat/:chatId/start-human'],
    ['PUT', '/chat/:chatId/stop-human'],
    ['PUT', '/chat/:chatId/finish'],
    ['POST', '/chat/:chatId/send-message', text],
    ['POST', '/channel/:channelId/start-conversation', { phone: '5581988887777', ...text }],
    ['PUT', '/chat/:chatId/message/:messageId', text],
    ['DELETE', '/chat/:chatId/message/:messageId'],
    ['DELETE', '/chat/:chatId/messages'],
    ['DELETE', '/chat/:chatId'],
    ['GET', '/workspace/:workspaceId/chats'],
  ];
  const fill = (path: string, ids: Record<string, string>) => path.replace(/:(\w+)/g, (_, name) => ids[name]!);
  let ids: Record<string, string>;
  beforeAll(async () => {
    const chatId = await talk('Nina');
    const [message] = (await call('GET', `/chat/${chatId}/messages`)).body.data;
    ids = { workspaceId: shop.workspaceId, channelId: shop.channelId, chatId, messageId: message.id };
  });

  it.each(['', '/v2'])('what belongs to others looks like what does not exist (%s)', async (face) => {
    const unknown = Object.fromEntries(Object.keys(ids).map((name) => [name, randomUUID()]));
    for (const [method, path, body] of face ? ROUTES : [...ROUTES, ['GET', '/chat/:chatId'] as const]) {
      const [foreign, random] = await Promise.all(
        [ids, unknown].map(async (of) => {
          const answer = await call(method, face + fill(path, of), body, stranger.token);
          const { requestId: _, instance: __, ...rest } = answer.body;
          return { status: answer.status, rest };
        }),
      );
      expect([path, foreign]).toEqual([path, random]);
      expect([path, foreign!.status]).toEqual([path, 404]);
      const malformed = await call(
        method,
        face + fill(path, { ...ids, chatId: 'x', channelId: 'x', workspaceId: 'x' }),
        body,
      );
      expect([path, malformed.status, malformed.body.code]).toEqual([path, 400, 'MALFORMED_ID']);
      const nobody = await app.inject(method, face + fill(path, ids), { body });
      expect([path, nobody.status]).toEqual([path, 401]);
    }
    const filtered = await call(
      'GET',
      `/workspace/${stranger.workspaceId}/chats?agentId=${shop.agentId}&query=Nina`,
      undefined,
      stranger.token,
    );
    expect(filtered.body).toMatchObject({ data: [], meta: { total: 0 } });
  });

  it.each(['', '/v2'])('viewers look, members talk, admins delete (%s)', async (face) => {
    const [viewer, mate, admin] = [await member('VIEWER'), await member('MEMBER'), await member('ADMIN')];
    const status = async (who: Person, [method, path, body]: (typeof ROUTES)[number]) =>
      (await call(method, face + fill(path, ids), body, who.token)).status;
    for (const route of ROUTES) {
      const [method, path] = route;
      const isRead = method === 'GET';
      const isErasing = path === '/chat/:chatId/messages' || path === '/chat/:chatId';
      expect([...route, await status(viewer, route)]).toEqual([...route, isRead ? 200 : 403]);
      if (isErasing && !isRead) expect([...route, await status(mate, route)]).toEqual([...route, 403]);
    }
    const chatId = await talk('Olga');
    expect((await call('PUT', `${face}/chat/${chatId}/start-human`, undefined, mate.token)).status).toBe(200);
    expect((await call('DELETE', `${face}/chat/${chatId}`, undefined, admin.token)).status).toBe(200);
  });

  it.each(['', '/v2'])('what is not JSON, or holds another field, is refused (%s)', async (face) => {
    for (const [method, path, body] of ROUTES.filter(([, , b]) => b)) {
      const at = face + fill(path, ids);
      const { token } = shop;
      const plain = await app.inject(method, at, { token, raw: 'oi', headers: { 'content-type': 'text/plain' } });
      expect([path, plain.status]).toEqual([path, 415]);
      const empty = await app.inject(method, at, { token, body: {} });
      expect([path, empty.status]).toEqual([path, 400]);
      if (face) continue;
      const strict = await app.inject(method, at, { token, body: { ...(body as object), workspaceId: randomUUID() } });
      expect([path, strict.body.errors]).toMatchObject([path, [{ path: 'workspaceId' }]]);
    }
  });

  it('a suspended workspace reads and nothing else', async () => {
    await app.db.query('UPDATE workspaces SET suspended_at = now() WHERE id = $1', [shop.workspaceId]);
    try {
      for (const [method, path, body] of ROUTES) {
        const answer = await call(method, fill(path, ids), body);
        expect([path, answer.status]).toEqual([path, method === 'GET' ? 200 : 403]);
      }
    } finally {
      await app.db.query('UPDATE workspaces SET suspended_at = NULL WHERE id = $1', [shop.workspaceId]);
    }
  });
});
