import { randomUUID } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { type HookReceiver, startHookReceiver } from '../support/hook-receiver.js';
import { type Shop, startTestApp, type TestApp } from '../support/test-app.js';

let app: TestApp;
let shop: Shop;
let receiver: HookReceiver;

beforeAll(async () => {
  app = await startTestApp({ OUTBOUND_ALLOW: '127.0.0.1/32' });
});
afterAll(async () => {
  await app?.close();
});
beforeEach(async () => {
  [shop, receiver] = await Promise.all([app.openShop(), startHookReceiver()]);
});
afterEach(() => receiver.close());

const call = (method: string, path: string, body?: unknown) => app.inject(method, path, { token: shop.token, body });
const setHooks = async (hooks: Record<string, string>) =>
  expect((await call('PUT', `/agent/${shop.agentId}/webhooks`, hooks)).status).toBe(200);
const rotate = async (): Promise<string> =>
  (await call('POST', `/workspace/${shop.workspaceId}/hook-secret/rotate`)).body.data.secret;

/** A delivery as if something had happened. */
async function queue(url: string, attempt = 0): Promise<string> {
  const id = randomUUID();
  await app.db.query(
    `INSERT INTO hook_deliveries (workspace_id, id, agent_id, event, url, payload, attempt)
     VALUES ($1, $2, $3, 'onTransfer', $4, '{"chatId": "x"}', $5)`,
    [shop.workspaceId, id, shop.agentId, url, attempt],
  );
  return id;
}
const settled = (id: string, state: string) =>
  app.until(
    'SELECT * FROM hook_deliveries WHERE workspace_id = $1 AND id = $2',
    [shop.workspaceId, id],
    (row) => row?.['state'] === state,
  );
const attempted = (id: string, attempt: number) =>
  app.until(
    'SELECT * FROM hook_deliveries WHERE workspace_id = $1 AND id = $2',
    [shop.workspaceId, id],
    (row) => row?.['attempt'] === attempt && (row['last_status'] !== null || row['last_error'] !== null),
  );

it('a transfer is posted once, signed so that the standard library accepts it', async () => {
  const secret = await rotate();
  await setHooks({ onTransfer: `${receiver.url}/transfer?key=k` });
  const customer = app.gateway.phone(shop.instanceName, { number: '5581999990001', name: 'Ana' });
  await customer.say('Bom dia');
  const chat = await app.until('SELECT id FROM chats WHERE workspace_id = $1', [shop.workspaceId], Boolean);
  expect((await call('PUT', `/chat/${chat['id']}/start-human`)).status).toBe(200);
  const posted = await receiver.next(({ path }) => path === '/transfer?key=k');
  expect(() => new Webhook(secret).verify(posted.text, posted.headers as Record<string, string>)).not.toThrow();
  expect(posted.body).toMatchObject({
    type: 'onTransfer',
    timestamp: expect.any(String),
    data: { chatId: chat['id'], to: 'HUMAN' },
  });
  expect(posted.headers['user-agent']).toMatch(/^Tawkee\//);
  await settled(posted.headers['webhook-id'] as string, 'DELIVERED');
  expect(receiver.posted).toHaveLength(1);
});

it('both secrets sign for a day after a rotation, and the older one never again', async () => {
  const [first, second, third] = [await rotate(), await rotate(), await rotate()];
  const id = await queue(receiver.url);
  const posted = await receiver.next(({ headers }) => headers['webhook-id'] === id);
  const isSigned = (secret: string) => {
    try {
      return Boolean(new Webhook(secret).verify(posted.text, posted.headers as Record<string, string>));
    } catch {
      return false;
    }
  };
  expect([third, second, first].map(isSigned)).toEqual([true, true, false]);
});

it('the secret is stored sealed, and shown by no other route', async () => {
  const secret = await rotate();
  const { rows } = await app.db.query('SELECT hook_secret FROM workspaces WHERE id = $1', [shop.workspaceId]);
  expect(rows[0].hook_secret.toString('utf8')).toMatch(/^sealed\./);
  const workspace = await call('GET', `/workspaces/${shop.workspaceId}`);
  const audit = await call('GET', `/workspaces/${shop.workspaceId}/audit-events`);
  expect(`${workspace.text}${audit.text}`).not.toContain(secret.slice('whsec_'.length));
});

it('a receiver that fails is asked again under the same id, and each time as signed anew', async () => {
  receiver.answer = 503;
  const id = await queue(receiver.url);
  expect(await attempted(id, 1)).toMatchObject({ state: 'PENDING', last_status: 503 });
  receiver.answer = 200;
  await app.db.query('UPDATE hook_deliveries SET next_at = now() WHERE id = $1', [id]);
  expect(await settled(id, 'DELIVERED')).toMatchObject({ attempt: 2, last_status: 200 });
  expect(receiver.posted.map(({ headers }) => headers['webhook-id'])).toEqual([id, id]);
});

it('what nobody takes in a day is given up, a person is told, and can post it again', async () => {
  receiver.answer = 500;
  const id = await queue(`${receiver.url}/a?key=secret`, 9);
  await settled(id, 'DEAD');
  const notices = await call('GET', `/workspace/${shop.workspaceId}/notices`);
  expect(notices.body.data[0]).toMatchObject({
    kind: 'hook.dead',
    agentId: shop.agentId,
    details: { event: 'onTransfer', host: receiver.url, status: 500 },
  });
  expect(notices.text).not.toContain('secret');
  const list = await call('GET', `/workspace/${shop.workspaceId}/hook-deliveries?state=DEAD&event=onTransfer`);
  expect(list.body.data).toMatchObject([{ id, state: 'DEAD', attempts: 10, nextAt: null, lastStatus: 500 }]);
  receiver.answer = 204;
  expect((await call('POST', `/workspace/${shop.workspaceId}/hook-deliveries/${id}/replay`)).status).toBe(200);
  await settled(id, 'DELIVERED');
});

it('what is still on its way cannot be posted again, nor what is not there', async () => {
  receiver.answer = 500;
  const id = await queue(receiver.url);
  await attempted(id, 1);
  const replay = (one: string) => call('POST', `/workspace/${shop.workspaceId}/hook-deliveries/${one}/replay`);
  expect((await replay(id)).body).toMatchObject({ status: 409, code: 'CONFLICT' });
  expect((await replay(randomUUID())).status).toBe(404);
});

it.each([
  { name: 'a receiver that is gone for good', answer: 410, path: '', status: 410, error: null },
  { name: 'an address inside', answer: 204, path: 'http://169.254.169.254/', status: null, error: 'URL_NOT_ALLOWED' },
])('$name is dead at once', async ({ answer, path, status, error }) => {
  receiver.answer = answer;
  const id = await queue(path || receiver.url);
  expect(await settled(id, 'DEAD')).toMatchObject({ attempt: 1, last_status: status, last_error: error });
});

it('a redirect is not followed', async () => {
  receiver.answer = 307;
  expect(await attempted(await queue(receiver.url), 1)).toMatchObject({ state: 'PENDING', last_status: 307 });
});

it('a receiver that hangs holds its own places only', async () => {
  receiver.answer = 'hang';
  const hanging = await Promise.all(Array.from({ length: 80 }, () => queue(receiver.url)));
  await receiver.next(() => true);
  const other = await startHookReceiver();
  const id = await queue(other.url);
  await settled(id, 'DELIVERED');
  expect(receiver.posted.length).toBeLessThanOrEqual(4);
  other.close();
  await app.db.query('DELETE FROM hook_deliveries WHERE id = ANY ($1)', [hanging]);
});

it('an address that leads inside is refused when it is saved', async () => {
  const answer = await call('PUT', `/agent/${shop.agentId}/webhooks`, { onTransfer: 'http://10.0.0.1/' });
  expect(answer.body).toMatchObject({ status: 400, code: 'URL_NOT_ALLOWED' });
});
