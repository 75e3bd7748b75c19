import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type Person, startTestApp, type TestApp } from '../../support/test-app.js';

const CONSOLE = 'https://app.example.com';
const LOCAL = 'http://localhost:5173';

let app: TestApp;
let secure: TestApp;
let ana: Person;
beforeAll(async () => {
  app = await startTestApp({ CORS_ORIGINS: `${CONSOLE},${LOCAL}` });
  secure = await startTestApp({}, { config: { publicUrl: 'https://tawkee.example' } });
  ana = await app.register();
});
afterAll(() => Promise.all([app.close(), secure.close()]));

const from = (origin: string, more: Record<string, string> = {}) => ({ origin, ...more });
const preflight = (origin: string) =>
  app.inject('OPTIONS', '/workspaces', {
    headers: from(origin, {
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'authorization',
    }),
  });
const corsOf = (answer: Answer) => Object.keys(answer.headers).filter((name) => name.startsWith('access-control-'));

describe('CORS', () => {
  it.each([CONSOLE, LOCAL])('lets %s read, with credentials', async (origin) => {
    const answer = await app.inject('GET', '/workspaces', { token: ana.token, headers: from(origin) });
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-credentials': 'true',
    });
    expect(answer.headers['access-control-expose-headers']).toContain('X-Total-Count');
    expect(answer.headers['vary']).toMatch(/\bOrigin\b/);
    const asked = await preflight(origin);
    expect(asked.status).toBe(204);
    expect(asked.headers).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-credentials': 'true',
      'access-control-allow-headers': 'authorization',
    });
    expect(asked.headers['access-control-allow-methods']).toContain('PUT');
  });

  it('lets a listed origin read errors too', async () => {
    for (const path of ['/workspaces', '/nowhere', '/v2/agent/42']) {
      const answer = await app.inject('GET', path, { headers: from(CONSOLE) });
      expect([path, answer.headers['access-control-allow-origin']]).toEqual([path, CONSOLE]);
    }
  });

  it.each([
    'https://evil.example',
    'null',
    `${CONSOLE}.evil.example`,
    'https://evil-app.example.com',
    'https://app.example.com:8443',
    'http://app.example.com',
    `${CONSOLE}/`,
    'HTTPS://APP.EXAMPLE.COM',
    '*',
  ])('tells %s nothing', async (origin) => {
    const answer = await app.inject('GET', '/workspaces', { token: ana.token, headers: from(origin) });
    expect(corsOf(answer)).toEqual([]);
    // A cache must not hand this answer to an origin that may read it, or the other way round.
    expect(answer.headers['vary']).toMatch(/\bOrigin\b/);
    const asked = await preflight(origin);
    expect([asked.status, asked.body.code]).toEqual([404, 'NOT_FOUND']);
    expect(corsOf(asked)).toEqual([]);
  });

  it('is off unless origins are listed', async () => {
    const answer = await secure.inject('GET', '/health/live', { headers: from('https://tawkee.example') });
    expect(answer.status).toBe(200);
    expect(corsOf(answer)).toEqual([]);
  });
});

describe('every answer', () => {
  const all: { name: string; input: [string, string, Record<string, string>?]; expected: number }[] = [
    { name: 'a success', input: ['GET', '/health/live'], expected: 200 },
    { name: 'a 401', input: ['GET', '/workspaces'], expected: 401 },
    { name: 'a 404', input: ['GET', '/nowhere'], expected: 404 },
    { name: 'a 404 of the published face', input: ['GET', '/v2/nowhere'], expected: 404 },
    { name: 'a method nobody has', input: ['DELETE', '/health/live'], expected: 404 },
    { name: 'a body that is none', input: ['POST', '/auth/login', { 'content-type': 'text/plain' }], expected: 415 },
    { name: 'a webhook nobody sent', input: ['POST', '/webhooks/evolution/1/2'], expected: 401 },
    { name: 'an address that cannot be read', input: ['GET', '/agent/%zz'], expected: 400 },
    { name: 'an address that is too long', input: ['GET', `/agent/${'a'.repeat(600)}`], expected: 400 },
    { name: 'the documentation', input: ['GET', '/api-json'], expected: 200 },
  ];

  it.each(all)('has its headers: $name', async ({ input: [method, path, headers = {}], expected }) => {
    const raw = method === 'POST' ? 'x' : undefined;
    const plain = await app.inject(method, path, { headers, raw });
    const overTls = await secure.inject(method, path, { headers, raw });
    for (const answer of [plain, overTls]) {
      expect(answer.status).toBe(expected);
      expect(answer.headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
      expect(answer.headers['content-security-policy']).toMatch(/default-src '(self|none)'.*frame-ancestors 'none'/);
      expect(answer.headers['x-powered-by']).toBeUndefined();
      expect(answer.headers['server']).toBeUndefined();
      if (expected >= 400) {
        const isPublished = path.startsWith('/v2');
        expect(answer.body).toMatchObject({ code: expect.any(String), ...(!isPublished && { status: expected }) });
      }
    }
    expect(overTls.headers['strict-transport-security']).toMatch(/^max-age=31536000/);
    expect(plain.headers['strict-transport-security']).toBeUndefined();
  });

  it('lets a browser keep a file that says so', async () => {
    const answer = await app.inject('GET', '/api/swagger-ui.css');
    expect(answer.status).toBe(200);
    expect(answer.headers['cache-control']).not.toBe('no-store');
  });
});
