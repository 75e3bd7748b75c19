import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { captureLog } from '../../support/captured-log.js';
import { type Shop, startTestApp, type TestApp } from '../../support/test-app.js';

let app: TestApp;
let shop: Shop;
beforeAll(async () => {
  app = await startTestApp();
  shop = await app.openShop();
});
afterAll(() => app.close());

/** Writes bytes to the server; resolves with all it answered once it has closed the connection. */
function talk(bytes: string): Promise<string> {
  const { hostname, port } = new URL(app.url);
  return new Promise((resolve, reject) => {
    let answered = '';
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    socket.on('data', (data) => {
      answered += data;
    });
    socket.on('close', () => resolve(answered));
    // A reset after the answer is the answer still.
    socket.on('error', (error) => (answered ? resolve(answered) : reject(error)));
  });
}

function problemIn(answered: string) {
  const [head = '', text = ''] = answered.split('\r\n\r\n');
  expect(head).toMatch(/^content-type: application\/problem\+json/m);
  expect(head).toMatch(/^x-content-type-options: nosniff/m);
  expect(head).toMatch(/^cache-control: no-store/m);
  expect(Number(/^content-length: (\d+)/m.exec(head)?.[1])).toBe(Buffer.byteLength(text));
  const problem = JSON.parse(text);
  expect(head).toMatch(new RegExp(`^HTTP/1.1 ${problem.status} `));
  return [problem.status, problem.code];
}

const deep = '['.repeat(100_000) + ']'.repeat(100_000);
const deepObject = `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`;
const long = JSON.stringify(Array.from({ length: 100_000 }, () => 'x'));

describe('a body that is meant to hurt', () => {
  const bodies = [
    { name: 'a list in a list, 100,000 times', body: deep },
    { name: 'an object in an object, 50,000 times', body: deepObject },
    { name: 'a list of 100,000', body: long },
  ];

  it.each(bodies)('is refused by every route: $name', async ({ body }) => {
    const { paths } = (await app.inject('GET', '/api-json')).body;
    const seen: unknown[] = [];
    for (const [template, methods] of Object.entries<Record<string, { requestBody?: unknown }>>(paths)) {
      for (const [method, operation] of Object.entries(methods)) {
        if (!operation.requestBody) continue;
        const path = template.replaceAll(/\{\w+\}/g, () => randomUUID());
        const answer = await app.inject(method.toUpperCase(), path, { token: shop.token, raw: body });
        seen.push(template);
        expect([template, answer.status]).toEqual([
          template,
          expect.toBeOneOf([400, 401, 403, 404, 413, 422, 429, 501]),
        ]);
      }
    }
    expect(seen.length).toBeGreaterThan(5);
  });

  it.each(bodies)('is refused where it stands for a field: $name', async ({ body }) => {
    for (const face of ['', '/v2']) {
      const path = `${face}/workspace/${shop.workspaceId}/agents`;
      const named = await app.inject('POST', path, { token: shop.token, raw: `{"name":${body}}` });
      expect([named.status, named.body.code]).toEqual([400, 'VALIDATION_FAILED']);
      expect(named.text.length).toBeLessThan(20_000);
      const unknown = await app.inject('POST', path, { token: shop.token, raw: `{"name":"Bia","nope":${body}}` });
      expect(unknown.status).toBe(face ? 200 : 400);
    }
  });

  it.each(bodies)('does not stop the gateway’s door: $name', async ({ body }) => {
    const headers = await app.webhookHeaders(shop.instanceName);
    const path = `/webhooks/evolution/${shop.workspaceId}/${shop.channelId}`;
    const raw = `{"event":"messages.upsert","instance":"${shop.instanceName}","data":${body}}`;
    await app.db.query('DELETE FROM webhook_quarantine');
    const answer = await app.inject('POST', path, { headers, raw });
    expect(answer.status).toBe(200);
    const { rows } = await app.db.query('SELECT error FROM webhook_quarantine');
    expect(rows).toHaveLength(1);
    if (body === long) expect(rows[0].error).toBe('more events than a report has');
  });

  it('is kept once, however many of its events cannot be read', async () => {
    await app.db.query('DELETE FROM webhook_quarantine');
    const headers = await app.webhookHeaders(shop.instanceName);
    const path = `/webhooks/evolution/${shop.workspaceId}/${shop.channelId}`;
    const body = {
      event: 'messages.upsert',
      instance: shop.instanceName,
      data: Array.from({ length: 1_000 }, () => 'x'),
    };
    expect((await app.inject('POST', path, { headers, body })).status).toBe(200);
    const { rows } = await app.db.query('SELECT body FROM webhook_quarantine');
    expect(rows).toHaveLength(1);
    expect(JSON.parse(rows[0].body).data).toHaveLength(1_000);
  });

  it('may have a hundred thousand fields nobody knows, of which fifty are named', async () => {
    const fields = Object.fromEntries(Array.from({ length: 100_000 }, (_, n) => [`f${n}`, n]));
    const path = `/workspace/${shop.workspaceId}/agents`;
    const answer = await app.inject('POST', path, { token: shop.token, body: { name: 'Bia', ...fields } });
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toHaveLength(50);
  });
});

describe('a request that is none', () => {
  it('has headers without end: 431', async () => {
    const headers = Array.from({ length: 2_000 }, (_, n) => `x-header-${n}: ${'v'.repeat(20)}\r\n`).join('');
    expect(problemIn(await talk(`GET /health/live HTTP/1.1\r\nhost: x\r\n${headers}\r\n`))).toEqual([
      431,
      'HEADERS_TOO_LARGE',
    ]);
  });

  it('has an address without end: 431', async () => {
    const answered = await talk(`GET /health/live?${'a=1&'.repeat(10_000)} HTTP/1.1\r\nhost: x\r\n\r\n`);
    expect(problemIn(answered)).toEqual([431, 'HEADERS_TOO_LARGE']);
  });

  it('is not HTTP: 400', async () => {
    expect(problemIn(await talk('\x16\x03\x01\x02\x00\x01\x00\r\n\r\n'))).toEqual([400, 'BAD_REQUEST']);
  });

  it('says its length twice (request smuggling): 400', async () => {
    const answered = await talk(
      'POST /auth/login HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    );
    expect(problemIn(answered)).toEqual([400, 'BAD_REQUEST']);
  });

  it('drips its body: 408', async () => {
    const server = app.app.getHttpServer();
    const { requestTimeout, headersTimeout } = server;
    expect(headersTimeout).toBeLessThan(requestTimeout);
    Object.assign(server, { requestTimeout: 2, headersTimeout: 1 });
    try {
      const answered = await talk(
        'POST /auth/login HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"email":',
      );
      expect(problemIn(answered)).toEqual([408, 'REQUEST_TIMEOUT']);
    } finally {
      Object.assign(server, { requestTimeout, headersTimeout });
    }
  });

  it('lets the next one through all the same', async () => {
    expect((await app.inject('GET', '/health/live')).status).toBe(200);
  });
});

describe('the log of what strangers send', () => {
  it('is one JSON line an event, and nothing a terminal obeys', async () => {
    const log = captureLog(app);
    const hostile = 'x\r\n{"level":60,"msg":"forged"}\u001b[2J\u009b2J\u2028\u202e';
    const headers = await app.webhookHeaders(shop.instanceName);
    const door = `/webhooks/evolution/${shop.workspaceId}/${shop.channelId}`;
    const instance = shop.instanceName;
    for (const body of [
      { event: hostile, instance, data: {} },
      { event: 'messages.upsert', instance, data: { key: hostile } },
      { event: 'messages.upsert', instance, data: { key: { id: hostile, remoteJid: hostile }, pushName: hostile } },
    ])
      expect((await app.inject('POST', door, { headers, body })).status).toBe(200);
    const body = { name: hostile, email: `${randomUUID()}@example.com`, password: 'correct horse battery' };
    await app.inject('POST', '/auth/register', { body });
    await app.inject('GET', `/${encodeURIComponent(hostile)}/%0d%0a%1b[2J`, { headers: { 'user-agent': '\u009b2J' } });

    const lines = log.flatMap((written) => written.trimEnd().split('\n'));
    const events = lines.map((line) => JSON.parse(line));
    expect(events.length).toBeGreaterThanOrEqual(3);
    expect(JSON.stringify(events)).toMatch(/forged/i);
    expect(events.filter((event) => event.level === 60 || event.msg === 'forged')).toEqual([]);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    for (const line of lines) expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e]/);
  });
});
