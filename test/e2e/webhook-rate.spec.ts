import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Answer, type Shop, startTestApp, type TestApp } from '../support/test-app.js';

let app: TestApp;
let shop: Shop;
let secret: string;
beforeAll(async () => {
  app = await startTestApp({ WEBHOOK_RATE_PER_CHANNEL: '2' });
  shop = await app.openShop();
  secret = (await app.webhookHeaders(shop.instanceName))['x-tawkee-secret']!;
});
afterAll(() => app?.close());

const path = () => `/webhooks/evolution/${shop.workspaceId}/${shop.channelId}`;
const knock = (given: string) =>
  app.inject('POST', path(), {
    body: { event: 'presence.update', instance: shop.instanceName, data: { id: randomUUID() } },
    headers: { 'x-tawkee-secret': given },
  });
/** Many at once, until some of them fall into one second. */
async function flood(given: string): Promise<Answer[]> {
  for (let n = 0; n < 20; n++) {
    const answers = await Promise.all(Array.from({ length: 12 }, () => knock(given)));
    if (answers.some((answer) => answer.status === 429)) return answers;
  }
  return [];
}

it('asks the gateway to wait when a channel sends too much, and lets what it may send pass', async () => {
  const answers = await flood(secret);
  const refused = answers.filter((answer) => answer.status === 429);
  expect(refused.length).toBeGreaterThan(0);
  expect(refused[0]!.headers['retry-after']).toBe('1');
  expect(refused[0]!.body.code).toBe('TOO_MANY_REQUESTS');
  expect(answers.every((answer) => [200, 429].includes(answer.status))).toBe(true);
});

it('counts nothing of a stranger', async () => {
  const answers = await Promise.all(Array.from({ length: 30 }, () => knock('wrong')));
  expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([401]));
});
