import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Shop, startTestApp, type TestApp } from '../../support/test-app.js';

let app: TestApp;
let shop: Shop;
beforeAll(async () => {
  app = await startTestApp();
  shop = await app.openShop();
});
afterAll(() => app.close());

const call = (method: string, path: string, body?: unknown) => app.inject(method, path, { token: shop.token, body });
const create = async (body: object) => {
  const answer = await call('POST', `/workspace/${shop.workspaceId}/contacts`, body);
  expect(answer.status).toBe(201);
  return answer.body.data.id as string;
};
const list = async (id: string) => (await call('GET', `/contact/${id}/merges`)).body.data;
const problem = async (answer: ReturnType<typeof call>) => {
  const { status, body } = await answer;
  return [status, body.code];
};

describe('merging contacts by hand', () => {
  it('is on the record and can be undone, once', async () => {
    const kept = await create({ name: 'Rita Alves', email: 'rita@example.com' });
    const other = await create({ name: 'Rita', phone: '+55 81 98888-0001' });
    expect((await call('POST', `/contact/${kept}/merge`, { contactId: other })).status).toBe(200);

    const read = (id: string) => call('GET', `/workspace/${shop.workspaceId}/contact/${id}`);
    expect((await read(kept)).body.data).toMatchObject({ name: 'Rita Alves', phone: '5581988880001' });
    expect((await read(other)).status).toBe(404);
    const [merge] = await list(kept);
    expect(merge).toMatchObject({
      mergedContactId: other,
      name: 'Rita',
      phone: '5581988880001',
      reason: 'by hand',
      userId: shop.userId,
      undoneAt: null,
    });

    expect((await call('POST', `/contact/${kept}/merges/${merge.id}/undo`)).status).toBe(200);
    expect((await read(other)).body.data).toMatchObject({ name: 'Rita', phone: '5581988880001' });
    expect((await read(kept)).body.data).toMatchObject({ email: 'rita@example.com', phone: null });
    expect((await list(kept))[0].undoneAt).not.toBeNull();
    expect(await problem(call('POST', `/contact/${kept}/merges/${merge.id}/undo`))).toEqual([409, 'CONFLICT']);
  });

  it('needs two contacts of the workspace', async () => {
    const kept = await create({ name: 'Davi' });
    expect(await problem(call('POST', `/contact/${kept}/merge`, { contactId: kept }))).toEqual([409, 'CONFLICT']);
    const stranger = await app.register('Rui');
    const theirs = await app.inject('POST', `/workspace/${stranger.workspaceId}/contacts`, {
      token: stranger.token,
      body: { name: 'Eva' },
    });
    const foreign = call('POST', `/contact/${kept}/merge`, { contactId: theirs.body.data.id });
    expect(await problem(foreign)).toEqual([404, 'NOT_FOUND']);
  });

  it('waits for a reply that is on its way', async () => {
    const kept = await create({ name: 'Bruno' });
    const { customer, held } = await heldChat();
    // Bruno has a chat on the same number, so that the customer's would go up in it.
    await app.db.query(
      `INSERT INTO chats (workspace_id, id, channel_id, contact_id, address) VALUES ($1, gen_random_uuid(), $2, $3, 'x@lid')`,
      [shop.workspaceId, shop.channelId, kept],
    );
    expect(await problem(call('POST', `/contact/${kept}/merge`, { contactId: customer }))).toEqual([409, 'CONFLICT']);
    held.release();
    await app.until(`SELECT 1 FROM turns WHERE workspace_id = $1 AND state = 'DONE'`, [shop.workspaceId], Boolean);
    expect((await call('POST', `/contact/${kept}/merge`, { contactId: customer })).status).toBe(200);
  });
});

describe('a changed phone', () => {
  it('is known when it writes, and cannot be another contact’s', async () => {
    const rita = await create({ name: 'Rita', phone: '5581988880010' });
    const davi = await create({ name: 'Davi' });
    const change = (phone: string, face = '') => call('PUT', `${face}/contact/${davi}/update`, { phone });
    for (const face of ['', '/v2']) expect(await problem(change('5581988880010', face))).toEqual([409, 'CONFLICT']);
    expect((await change('5581988880011')).status).toBe(200);
    app.gateway.phone(shop.instanceName, { number: '5581988880011', name: 'D' }).say('oi');
    const sql = 'SELECT contact_id FROM chats WHERE workspace_id = $1 AND contact_id = ANY ($2)';
    const chat = await app.until(sql, [shop.workspaceId, [rita, davi]], Boolean);
    expect(chat['contact_id']).toBe(davi);
  });
});

/** A customer whose answer is being thought about until released. */
async function heldChat() {
  const held = app.model.hold();
  app.gateway.phone(shop.instanceName, { number: '5581988880020', name: 'C' }).say('segura');
  const thinking = `SELECT c.contact_id FROM turns t JOIN chats c ON c.workspace_id = t.workspace_id AND c.id = t.chat_id
                    WHERE t.workspace_id = $1 AND t.state = 'THINKING'`;
  const row = await app.until(thinking, [shop.workspaceId], Boolean);
  return { customer: row['contact_id'] as string, held };
}
