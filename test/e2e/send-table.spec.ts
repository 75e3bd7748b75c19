import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SendFault } from '../../simulator/misbehaviour.js';
import { type Shop, startTestApp, type TestApp } from '../support/test-app.js';

let app: TestApp;
const rules: { stop(): void }[] = [];
beforeAll(async () => {
  app = await startTestApp({ GATEWAY_WORST_CASE_SECONDS: '1' });
});
afterEach(() => {
  for (const rule of rules.splice(0)) rule.stop();
});
afterAll(() => app?.close());

const misbehave = (rule: Parameters<TestApp['gateway']['misbehave']>[0]) => rules.push(app.gateway.misbehave(rule));
let numbers = 0;
async function customer() {
  const shop = await app.openShop();
  const number = `5581966${String(++numbers).padStart(6, '0')}`;
  return { shop, number, phone: await app.gateway.phone(shop.instanceName, { number, name: 'Ana' }) };
}
const ended = (shop: Shop, turns = 1) =>
  app.until<{ n: number; state: string; reason: string | null }>(
    `SELECT state, reason, count(*) OVER ()::int AS n FROM turns
     WHERE workspace_id = $1 AND state IN ('DONE', 'FAILED', 'SKIPPED') ORDER BY finished_at DESC LIMIT 1`,
    [shop.workspaceId],
    (row) => row?.n === turns,
  );
const rowsOf = async (shop: Shop, sql: string) => (await app.db.query(sql, [shop.workspaceId])).rows;
const parts = (shop: Shop) =>
  rowsOf(
    shop,
    `SELECT state, resends, provider_id AS id, message_id AS "messageId" FROM outbound_parts
     WHERE workspace_id = $1 ORDER BY created_at, n`,
  );
const noticesOf = (shop: Shop, kind: string) =>
  app.until<{ n: number }>(
    `SELECT count(*)::int AS n FROM notices WHERE workspace_id = $1 AND kind = $2`,
    [shop.workspaceId, kind],
    (row) => row!.n > 0,
  );

/** What the gateway answers, and what must come of it: how often the customer reads it, and the part's last state. */
interface Row {
  readonly name: string;
  readonly fault?: SendFault;
  readonly status?: number;
  readonly message?: string;
  readonly resends?: number;
}
const TABLE: readonly Row[] = [
  { name: '2xx with an id' },
  { name: '401: the channel is refused; it waits and goes out', fault: 'error-before', status: 401 },
  { name: '404: no such instance; it waits and goes out', fault: 'error-before', status: 404 },
  { name: '429: it comes back', fault: 'error-before', status: 429 },
  { name: '400 in free text, sent', fault: 'bad-request-after', message: 'Error: Timed Out' },
  { name: '400 in free text, not sent', fault: 'bad-request-before', resends: 1 },
  { name: '500, sent', fault: 'error-after' },
  { name: '502, not sent', fault: 'error-before', status: 502, resends: 1 },
  { name: 'a reset after the bytes, sent', fault: 'reset-after' },
  { name: 'a reset after the bytes, not sent', fault: 'reset-before', resends: 1 },
];
const ECHOES = [
  { echo: 'early', fault: undefined },
  { echo: 'late', fault: 'late-echo' },
  { echo: 'never', fault: 'drop-echo' },
  { echo: 'twice', fault: 'duplicate' },
] as const;

describe('every answer of the gateway, however its echo comes: the customer reads it once', () => {
  const cases = TABLE.flatMap((row) =>
    ECHOES.map((echo) => ({ ...echo, row, name: `${row.name}; echo ${echo.echo}` })),
  );
  // The pause after a refusal of the whole channel is 15 s, which two rows times four echoes would wait out one by one.
  it.concurrent.each(cases)('$name', { timeout: 60_000 }, async ({ echo, fault, row }) => {
    const { shop, phone } = await customer();
    const instance = shop.instanceName;
    // Rules of this shop alone, which nobody stops: other rows run at the same time.
    const spoil = app.gateway.misbehave.bind(app.gateway);
    if (fault) spoil({ on: 'webhook', fault, events: ['send.message'], instance });
    if (row.fault) spoil({ on: 'sendText', ...row, fault: row.fault, times: 1, instance });
    else if (echo === 'early') spoil({ on: 'sendText', fault: 'echo-first', times: 1, instance });
    await phone.say('oi');
    await phone.waitForMessages(1, 40_000);
    expect(await ended(shop)).toMatchObject({ state: 'DONE', reason: null });
    const [part, ...more] = await parts(shop);
    expect(more).toEqual([]);
    expect(part).toMatchObject({ state: 'SENT', resends: row.resends ?? 0, id: phone.received[0]!.id });
    expect(phone.received).toHaveLength(1);
    const said = await rowsOf(shop, `SELECT author FROM messages WHERE workspace_id = $1 ORDER BY seq`);
    expect(said.map((m) => m.author)).toEqual(['CUSTOMER', 'AGENT']);
    expect(await rowsOf(shop, `SELECT 1 FROM chats WHERE workspace_id = $1 AND human_talk`)).toEqual([]);
  });
});

describe('the worker stops before it learns the outcome, and another goes on', () => {
  it.each([
    { name: 'before the POST reached anybody', fault: 'hang-before', resends: 1, echo: true },
    { name: 'after it, and the echo tells', fault: 'hang-after', resends: 0, echo: true },
    { name: 'after it, and only the gateway’s list tells', fault: 'hang-after', resends: 0, echo: false },
  ] as const)('$name: the customer reads it once', async ({ fault, resends, echo }) => {
    const { shop, phone } = await customer();
    const instance = shop.instanceName;
    if (!echo) misbehave({ on: 'webhook', fault: 'drop-echo', instance });
    const hang = app.gateway.misbehave({ on: 'sendText', fault, times: 1, instance });
    phone.say('oi');
    await app.until('SELECT 1 AS n', [], () => hang.hits === 1);
    // What a lost lease looks like from the database, until somebody owns the turn under a higher fence: the first owner's
    // heartbeat may come in between. An echo may have ended it by itself.
    await app.until<{ fence: number; state: string }>(
      `WITH lost AS (UPDATE turns SET lease_until = now() WHERE workspace_id = $1 AND state = 'SENDING' AND fence = 1)
       SELECT fence, state FROM turns WHERE workspace_id = $1`,
      [shop.workspaceId],
      (row) => row!.fence > 1 || row!.state === 'DONE',
    );
    expect(await ended(shop)).toMatchObject({ state: 'DONE', reason: null });
    expect(await parts(shop)).toMatchObject([{ state: 'SENT', resends, id: phone.received[0]!.id }]);
    expect(phone.received).toHaveLength(1);
  });
});

describe('two equal parts in one reply', () => {
  const same = 'Este texto é igual nos dois balões e comprido o bastante para não ser juntado.';
  it.each(ECHOES)('echo $echo, the first answer lost: each has its own proof', async ({ fault }) => {
    const { shop, phone } = await customer();
    if (fault) misbehave({ on: 'webhook', fault, events: ['send.message'], instance: shop.instanceName });
    misbehave({ on: 'sendText', fault: 'error-after', times: 1, instance: shop.instanceName });
    app.model.reply('repita', `${same}\n\n${same}`, { times: 1 });
    await phone.say('repita');
    expect(await ended(shop)).toMatchObject({ state: 'DONE' });
    expect((await parts(shop)).map((p) => p.id)).toEqual(phone.received.map((m) => m.id));
    expect(phone.received).toHaveLength(2);
  });
});

describe('a person types the same text on the phone meanwhile', () => {
  it.each([
    { name: 'ours was sent, its answer and echo lost', fault: 'error-after' },
    { name: 'ours was not sent', fault: 'error-before' },
  ] as const)('$name: the two are not taken for one another', async ({ fault }) => {
    const { shop, phone, number } = await customer();
    const instance = shop.instanceName;
    app.model.reply('horas', 'Abrimos às 9h.', { times: 1 });
    misbehave({ on: 'webhook', fault: 'drop-echo', instance });
    // The report of what was typed comes when our own send has been looked for already.
    misbehave({ on: 'webhook', fault: 'delay', ms: 2_500, events: ['messages.upsert'], instance });
    const typed = new Set<string>();
    const type = () => typed.size > 0 || typed.add(app.gateway.ownerSays(instance, number, 'Abrimos às 9h.'));
    misbehave({ on: 'sendText', fault, instance, times: 1, when: () => Boolean(type()) });
    await phone.say('horas');
    await ended(shop);
    const hand = phone.received.filter((m) => m.by === 'owner').map((m) => m.id);
    const [part] = await parts(shop);
    expect(hand).not.toContain(part!.id);
    expect(part).toMatchObject({ state: 'SENT' });
    expect(phone.received).toHaveLength(2);
    await app.until<{ n: number }>(
      `SELECT count(*)::int AS n FROM messages WHERE workspace_id = $1 AND author = 'HUMAN' AND provider_id = $2`,
      [shop.workspaceId, hand[0]],
      (row) => row?.n === 1,
    );
  });
});

describe('what the gateway sends twice', () => {
  it('is stored as it is on the phone, and somebody is told', async () => {
    const { shop, phone } = await customer();
    misbehave({ on: 'sendText', fault: 'double', times: 1, instance: shop.instanceName });
    await phone.say('oi');
    expect(await ended(shop)).toMatchObject({ state: 'DONE' });
    expect(phone.received).toHaveLength(2);
    await noticesOf(shop, 'part.surplus_echo');
    expect(await parts(shop)).toHaveLength(1);
  });
});

describe('a delivery that stays unknown', () => {
  async function unknown() {
    const { shop, phone } = await customer();
    const instance = shop.instanceName;
    misbehave({ on: 'sendText', fault: 'error-before', times: 2, instance });
    await phone.say('oi');
    expect(await ended(shop)).toMatchObject({ state: 'FAILED', reason: 'delivery_unknown' });
    const [part] = await parts(shop);
    const [chat] = await rowsOf(shop, 'SELECT id FROM chats WHERE workspace_id = $1');
    const resend = (id: string) => app.inject('POST', `/chat/${chat.id}/message/${id}/resend`, { token: shop.token });
    return { shop, phone, instance, part: part!, resend };
  }

  it('is told to people, and only a person sends it again', async () => {
    const { shop, phone, part, resend } = await unknown();
    await noticesOf(shop, 'part.delivery_unknown');
    const again = await resend(part.messageId);
    expect([again.status, again.body.data?.status ?? again.body.status]).toEqual([
      201,
      expect.stringMatching(/SENT|DELIVERED|READ/),
    ]);
    expect(phone.received).toHaveLength(1);
    expect((await parts(shop)).map((p) => p.state)).toEqual(['FAILED', 'SENT']);
    const refused = await resend(part.messageId);
    expect([refused.status, refused.body.code]).toEqual([409, 'CONFLICT']);
  });

  it.each([
    { name: 'a number WhatsApp does not know', expected: [422, 'NOT_ON_WHATSAPP'] },
    { name: 'what the gateway refuses', status: 413, expected: [502, 'GATEWAY_FAILED'] },
  ])('sent again to $name says so', async ({ status, expected }) => {
    const { shop, instance, part, resend } = await unknown();
    const match = `POST /message/sendText/${instance}`;
    if (status) misbehave({ on: 'request', fault: 'error', match, status });
    else
      await app.db.query(`UPDATE chats SET address = '5581900000404@s.whatsapp.net' WHERE workspace_id = $1`, [
        shop.workspaceId,
      ]);
    const answer = await resend(part.messageId);
    expect([answer.status, answer.body.code]).toEqual(expected);
    expect((await parts(shop)).map((p) => p.state)).toEqual(['FAILED', 'FAILED']);
  });

  it('two people who press at once send it once', async () => {
    const { phone, part, resend } = await unknown();
    const answers = await Promise.all([resend(part.messageId), resend(part.messageId)]);
    expect(answers.map((a) => a.status).sort()).toEqual([201, 409]);
    expect(phone.received).toHaveLength(1);
  });

  it('is proven sent by an echo that comes later', async () => {
    const { shop, part, phone, instance } = await unknown();
    const [row] = await rowsOf(shop, 'SELECT text FROM outbound_parts WHERE workspace_id = $1');
    await app.inject('POST', `/webhooks/evolution/${shop.workspaceId}/${shop.channelId}`, {
      headers: await app.webhookHeaders(instance),
      body: {
        event: 'send.message',
        instance,
        data: {
          key: { remoteJid: phone.jid, fromMe: true, id: '3EB0LATE01' },
          message: { conversation: row.text },
          messageType: 'conversation',
          messageTimestamp: Math.floor(Date.now() / 1000),
        },
      },
    });
    expect(await parts(shop)).toMatchObject([{ state: 'SENT', id: '3EB0LATE01', messageId: part.messageId }]);
  });
});
