import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Person, startTestApp, type TestApp } from '../../support/test-app.js';

let app: TestApp;
let ana: Person;
let agentId: string;
beforeAll(async () => {
  app = await startTestApp();
  ana = await app.register();
});
beforeEach(async () => {
  agentId = (await call('POST', `/v2/workspace/${ana.workspaceId}/agents`, { name: 'Bia' })).body.id;
});
afterAll(() => app.close());

const call = (method: string, path: string, body?: unknown) => app.inject(method, path, { token: ana.token, body });
const teach = (body: object) => call('POST', `/agent/${agentId}/trainings`, body);
const list = async (query = '') => (await call('GET', `/v2/agent/${agentId}/trainings${query}`)).body;

const GIVEN = {
  TEXT: { type: 'TEXT', text: 'Abrimos às 8h.', image: 'https://example.com/a.png' },
  WEBSITE: {
    type: 'WEBSITE',
    website: 'https://example.com/',
    trainingSubPages: 'ACTIVE',
    trainingInterval: 'ONE_DAY',
  },
  VIDEO: { type: 'VIDEO', video: 'https://example.com/a.mp4' },
  DOCUMENT: {
    type: 'DOCUMENT',
    documentUrl: 'https://example.com/a.pdf',
    documentName: 'a.pdf',
    documentMimetype: 'application/pdf',
  },
};

describe('trainings', () => {
  it.each(Object.values(GIVEN))('of type $type are taken and shown on both faces', async (given) => {
    const created = await teach({ ...given, callbackUrl: 'https://example.com/done' });
    expect(created.status).toBe(201);
    const own = {
      ...given,
      id: expect.any(String),
      agentId,
      callbackUrl: 'https://example.com/done',
      status: 'PENDING',
      isEnabled: true,
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
    };
    expect(created.body.data).toEqual(own);
    expect((await call('GET', `/training/${created.body.data.id}`)).body.data).toEqual(own);
    const published = await call('POST', `/v2/agent/${agentId}/trainings`, given);
    expect([published.status, published.body]).toEqual([200, { success: true }]);
    const shown = { id: expect.any(String), ...given };
    expect(await list(`?type=${given.type}`)).toEqual([shown, shown]);
  });

  it('have defaults, and a website is not read every half minute', async () => {
    await teach({ type: 'WEBSITE', website: 'https://example.com/' });
    await teach({ type: 'WEBSITE', website: 'https://example.com/', trainingInterval: 'THIRTY_SECONDS' });
    await teach({ type: 'TEXT', text: 'x', image: '' });
    await teach({ type: 'DOCUMENT', documentUrl: 'https://example.com/a', documentMimetype: 'text/plain' });
    expect(await list()).toMatchObject([
      { trainingSubPages: 'DISABLED', trainingInterval: 'NEVER' },
      { trainingInterval: 'ONE_HOUR' },
      { text: 'x', image: '' },
      { documentName: '' },
    ]);
  });

  it('are found by type and words, in pages', async () => {
    for (const text of ['Pagamento em 100%', 'Entrega', 'Pagamento à vista']) await teach({ type: 'TEXT', text });
    await teach(GIVEN.VIDEO);
    const texts = (rows: { text: string }[]) => rows.map((row) => row.text);
    expect(texts(await list('?type=TEXT&query=pagamento'))).toEqual(['Pagamento em 100%', 'Pagamento à vista']);
    expect(texts(await list('?type=TEXT&query=100%25'))).toEqual(['Pagamento em 100%']);
    expect(await list('?query=a.mp4')).toMatchObject([GIVEN.VIDEO]);
    const page = await call('GET', `/agent/${agentId}/trainings?page=2&pageSize=3`);
    expect(page.body.data).toMatchObject([GIVEN.VIDEO]);
    expect(page.body.meta).toEqual({ total: 4, page: 2, pageSize: 3, totalPages: 2 });
  });

  it('keep long texts whole, and refuse longer ones', async () => {
    const long = 'ç'.repeat(500_000);
    const { id } = (await teach({ type: 'TEXT', text: long })).body.data;
    expect((await call('GET', `/training/${id}`)).body.data.text).toBe(long);
    expect((await teach({ type: 'TEXT', text: `${long}ç` })).body.errors[0].path).toBe('text');
  });

  it.each([
    { input: { type: 'TEXT' }, path: 'text' },
    { input: { type: 'TEXT', text: '  ' }, path: 'text' },
    { input: { type: 'WEBSITE' }, path: 'website' },
    { input: { type: 'WEBSITE', website: 'https://example.com', trainingInterval: 'OFTEN' }, path: 'trainingInterval' },
    { input: { ...GIVEN.DOCUMENT, documentMimetype: 'application/x-msdownload' }, path: 'documentMimetype' },
    { input: { type: 'AUDIO' }, path: 'type' },
    { input: { type: 'TEXT', text: 'x', website: 'https://example.com' }, path: 'website' },
  ])('are refused as $input, naming $path', async ({ input, path }) => {
    const answer = await teach(input);
    expect([answer.status, answer.body.errors[0].path]).toEqual([400, path]);
  });

  it.each([
    { type: 'WEBSITE', website: 'http://169.254.169.254/' },
    { type: 'VIDEO', video: 'http://localhost/a.mp4' },
    { ...GIVEN.DOCUMENT, documentUrl: 'http://10.0.0.1/' },
    { type: 'TEXT', text: 'x', image: 'http://[::1]/' },
    { type: 'TEXT', text: 'x', callbackUrl: 'http://192.168.0.1/' },
  ])('do not lead inside: %o', async (input) => {
    expect((await teach(input)).body.code).toBe('URL_NOT_ALLOWED');
    expect((await call('POST', `/v2/agent/${agentId}/trainings`, input)).body.code).toBe('URL_NOT_ALLOWED');
  });
});

describe('changing a training', () => {
  const make = async (given: object) => (await teach(given)).body.data;
  const learned = (id: string) => app.db.query(`UPDATE trainings SET status = 'READY' WHERE id = $1`, [id]);
  const read = async (id: string) => (await call('GET', `/training/${id}`)).body.data;

  it('takes back a whole text on both faces, and learns it anew only when it changed', async () => {
    const { id } = await make(GIVEN.TEXT);
    await learned(id);
    const own = await read(id);
    const same = await call('PUT', `/training/${id}`, own);
    expect(same.body.data).toEqual(own);
    expect((await read(id)).status).toBe('READY');
    const changed = await call('PUT', `/training/${id}`, { ...own, text: 'Abrimos às 9h.' });
    expect([changed.status, changed.body.data.text, changed.body.data.status]).toEqual([
      200,
      'Abrimos às 9h.',
      'PENDING',
    ]);
    const [published] = await list('?type=TEXT');
    const again = await call('PUT', `/v2/training/${id}`, { ...published, image: '' });
    expect([again.status, again.body]).toEqual([200, { success: true }]);
    expect(await read(id)).toMatchObject({ text: 'Abrimos às 9h.', image: null });
  });

  it.each([GIVEN.WEBSITE, GIVEN.VIDEO, GIVEN.DOCUMENT])('is refused for a $type', async (given) => {
    const { id } = await make(given);
    for (const face of ['', '/v2']) {
      const answer = await call('PUT', `${face}/training/${id}`, { type: 'TEXT', text: 'x' });
      expect([answer.status, answer.body.code]).toEqual([409, 'CONFLICT']);
    }
  });

  it('does not change its type, nor lead inside', async () => {
    const { id } = await make(GIVEN.TEXT);
    for (const face of ['', '/v2']) {
      const typed = await call('PUT', `${face}/training/${id}`, { type: 'VIDEO' });
      expect([typed.status, typed.body.errors[0].path]).toEqual([400, 'type']);
      const inside = await call('PUT', `${face}/training/${id}`, { image: 'http://127.0.0.1/' });
      expect([inside.status, inside.body.code]).toEqual([400, 'URL_NOT_ALLOWED']);
    }
  });

  it('switches it off and on, and deletes it', async () => {
    const { id } = await make(GIVEN.VIDEO);
    for (const [word, isEnabled] of [
      ['disabled', false],
      ['disabled', false],
      ['enabled', true],
    ]) {
      expect((await call('PUT', `/training/${id}/${word}`)).body).toEqual({ data: { success: true } });
      expect((await read(id)).isEnabled).toBe(isEnabled);
    }
    expect((await call('DELETE', `/v2/training/${id}`)).body).toEqual({ success: true });
    expect((await call('GET', `/training/${id}`)).status).toBe(404);
    const other = (await make(GIVEN.TEXT)).id;
    expect((await call('DELETE', `/training/${other}`)).body).toEqual({ data: { success: true } });
    const { rows } = await app.db.query(
      'SELECT action, details FROM audit_events WHERE subject_id = $1 ORDER BY created_at, id',
      [id],
    );
    expect(rows.map((row) => [row.action, row.details])).toEqual([
      ['training.created', { agentId, type: 'VIDEO' }],
      ['training.updated', { fields: ['isEnabled'] }],
      ['training.updated', { fields: ['isEnabled'] }],
      ['training.deleted', { agentId, type: 'VIDEO' }],
    ]);
  });
});
