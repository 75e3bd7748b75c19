import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Person, startTestApp, type TestApp } from '../../support/test-app.js';

let app: TestApp;
let ana: Person;
beforeAll(async () => {
  app = await startTestApp();
  ana = await app.register();
});
afterAll(() => app.close());

const LEAK = /at .*\.[jt]s:\d|Prisma|P20\d\d|SELECT |ECONN|postgres:\/\/|Bearer |node_modules/;

describe('errors', () => {
  const agents = () => `/workspace/${ana.workspaceId}/agents`;
  const send = (path: string, raw: string | Buffer | undefined, headers: Record<string, string> = {}) =>
    app.inject('POST', path, { token: ana.token, raw, headers });

  it.each<{ name: string; input: [string | Buffer, Record<string, string>?]; expected: [number, string] }>([
    { name: 'malformed JSON', input: ['{"name":'], expected: [400, 'MALFORMED_JSON'] },
    {
      name: 'a form',
      input: ['name=x', { 'content-type': 'application/x-www-form-urlencoded' }],
      expected: [415, 'UNSUPPORTED_MEDIA_TYPE'],
    },
    {
      name: 'plain text',
      input: ['name', { 'content-type': 'text/plain' }],
      expected: [415, 'UNSUPPORTED_MEDIA_TYPE'],
    },
    { name: 'too many bytes', input: [Buffer.alloc(26 * 1024 * 1024, 0x20)], expected: [413, 'BODY_TOO_LARGE'] },
    { name: 'a list for an object', input: ['[]'], expected: [400, 'VALIDATION_FAILED'] },
    { name: 'null for an object', input: ['null'], expected: [400, 'VALIDATION_FAILED'] },
    { name: 'a field of the wrong type', input: ['{"name":["x"]}'], expected: [400, 'VALIDATION_FAILED'] },
  ])('$name: one body per face', async ({ input: [raw, headers], expected: [status, code] }) => {
    const own = await send(agents(), raw, headers);
    expect([own.status, own.body.code]).toEqual([status, code]);
    expect(own.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(own.body).toMatchObject({
      type: `urn:tawkee:problem:${code}`,
      title: expect.any(String),
      status,
      detail: expect.any(String),
      instance: agents(),
      requestId: expect.any(String),
    });
    const published = await send(`/v2${agents()}`, raw, headers);
    expect([published.status, published.body.code]).toEqual([status, code]);
    expect(published.headers['content-type']).toMatch(/^application\/json/);
    expect(Object.keys(published.body).filter((key) => key !== 'errors')).toEqual(['error', 'code', 'requestId']);
    for (const answer of [own, published]) expect(answer.text).not.toMatch(LEAK);
  });

  it('names an unknown field on our own face, and ignores it on the published one', async () => {
    const body = { name: 'Bia', nope: 1, __proto__: { x: 1 } };
    const own = await app.inject('POST', agents(), { token: ana.token, body });
    expect(own.status).toBe(400);
    expect(own.body.errors.map((e: { path: string }) => e.path)).toEqual(['nope']);
    expect((await app.inject('POST', `/v2${agents()}`, { token: ana.token, body })).status).toBe(200);
  });

  it('drops hostile keys and stores the rest', async () => {
    const answer = await send(
      `/v2${agents()}`,
      '{"name":"B\\u0000ia\\ud800","__proto__":{"a":1},"constructor":{"b":1}}',
    );
    expect([answer.status, answer.body.name]).toEqual([200, 'Bia\ufffd']);
  });

  it.each([
    { name: 'an unknown route', input: '/nowhere', expected: [404, 'NOT_FOUND'] },
    { name: 'a malformed id', input: '/agent/42', expected: [400, 'MALFORMED_ID'] },
    { name: 'an encoded NUL in an id', input: '/agent/%00', expected: [400, 'MALFORMED_ID'] },
  ])('$name', async ({ input, expected }) => {
    const own = await app.inject('GET', input, { token: ana.token });
    expect([own.status, own.body.code]).toEqual(expected);
    const published = await app.inject('GET', `/v2${input}`, { token: ana.token });
    expect([published.status, published.body.code]).toEqual(expected);
    expect(published.body.error).toEqual(expect.any(String));
  });

  it.each(['page=0', 'page=x', 'pageSize=101', 'page=1&page=2', 'page[a]=1', 'page=1e9'])(
    'refuses ?%s',
    async (query) => {
      const answer = await app.inject('GET', `${agents()}?${query}`, { token: ana.token });
      expect([answer.status, answer.body.code]).toEqual([400, 'VALIDATION_FAILED']);
    },
  );

  it.each([
    { language: 'pt-BR', title: 'Alguns campos não são válidos', type: 'esperava um texto', unknown: 'não é um campo' },
    {
      language: 'es-MX, es',
      title: 'Algunos campos no son válidos',
      type: 'se esperaba texto',
      unknown: 'no es un campo',
    },
    { language: 'ja', title: 'Some fields are not valid', type: 'expected string', unknown: 'is not a field' },
  ])('names the fields in the language of the request ($language)', async ({ language, title, type, unknown }) => {
    const ask = (face: string) =>
      app.inject('POST', face + agents(), {
        token: ana.token,
        body: { name: 5, nope: 1 },
        headers: { 'accept-language': language },
      });
    const own = (await ask('')).body;
    expect(own).toMatchObject({ code: 'VALIDATION_FAILED', title, detail: title });
    expect(own.errors).toEqual([
      { path: 'name', message: expect.stringContaining(type) },
      { path: 'nope', message: expect.stringContaining(unknown) },
    ]);
    const published = (await ask('/v2')).body;
    expect(published).toMatchObject({ error: title, code: 'VALIDATION_FAILED', errors: [{ path: 'name' }] });
  });
});
