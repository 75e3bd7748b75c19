import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SecretBox } from '../../../src/secrets/secret-box.service.js';
import { captureLog } from '../../support/captured-log.js';
import { type Person, startTestApp, type TestApp } from '../../support/test-app.js';

const MASK = '••••••••';

let app: TestApp;
let ana: Person;
let agentId: string;
beforeAll(async () => {
  app = await startTestApp();
  ana = await app.register();
});
beforeEach(async () => {
  agentId = await newAgent();
});
afterAll(() => app.close());

const call = (method: string, path: string, body?: unknown) => app.inject(method, path, { token: ana.token, body });
const newAgent = async () =>
  (await call('POST', `/v2/workspace/${ana.workspaceId}/agents`, { name: 'Bia' })).body.id as string;
const add = (body: object) => call('POST', `/agent/${agentId}/intentions`, body);
const read = async (id: string) => (await call('GET', `/intention/${id}`)).body.data;
const list = async (query = '') => (await call('GET', `/v2/agent/${agentId}/intentions${query}`)).body;
const rowOf = async (id: string) => (await app.db.query('SELECT * FROM intentions WHERE id = $1', [id])).rows[0];
const newCustomField = async (workspaceId = ana.workspaceId) => {
  const id = randomUUID();
  await app.db.query(
    `INSERT INTO custom_fields (workspace_id, id, name, json_name, type) VALUES ($1, $2, 'Plano', $3, 'STRING')`,
    [workspaceId, id, `plano_${id.slice(0, 8)}`],
  );
  return id;
};

const MINIMAL = { description: 'Ver pedido', type: 'WEBHOOK', httpMethod: 'GET', url: 'https://example.com/orders' };
const field = (jsonName: string) => ({
  name: 'Pedido',
  jsonName,
  description: 'Do recibo',
  type: 'STRING',
  required: true,
});
const FULL = {
  ...MINIMAL,
  httpMethod: 'POST',
  url: 'https://example.com/orders/{{orderNumber}}',
  details: 'Detalhes',
  instructions: 'Peça o número.',
  preprocessingMessage: 'MANUAL',
  preprocessingText: 'Um momento…',
  fields: [field('orderNumber'), { ...field('when'), type: 'DATE', required: false }],
  headers: [
    { name: 'Authorization', value: 'Bearer CANARY-SECRET' },
    { name: 'X-Shop', value: '{{orderNumber}}' },
  ],
  params: [{ name: 'order', value: '{{orderNumber}}' }],
  variables: [{ valueExpression: 'order.status', defaultFieldKey: 'name' }],
  requestBody: '{"order": "{{orderNumber}}"}',
  autoGenerateParams: true,
  autoGenerateBody: true,
  parameters: { type: 'object', properties: { items: { type: 'array', items: { type: 'string' } } } },
};
const MASKED = { ...FULL, headers: FULL.headers.map(({ name }) => ({ name, value: MASK })) };

describe('intentions', () => {
  it('are taken whole and shown whole, but for the values of headers', async () => {
    const created = await add(FULL);
    expect(created.status).toBe(201);
    const own = {
      ...MASKED,
      id: expect.any(String),
      agentId,
      preconditions: [],
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
    };
    expect(created.body.data).toEqual(own);
    expect(await read(created.body.data.id)).toEqual(own);
    const { agentId: _, createdAt: __, updatedAt: ___, ...published } = own;
    expect(await list()).toEqual([published]);
    const again = await call('POST', `/v2/agent/${agentId}/intentions`, FULL);
    expect([again.status, again.body]).toEqual([200, { success: true }]);
  });

  it('show what is not set as null, and on the published face as an empty text', async () => {
    const { id } = (await add({ description: 'Ser gentil', type: 'INSTRUCTIONS' })).body.data;
    const empty = { details: null, instructions: null, preprocessingText: null, url: null, requestBody: null };
    expect(await read(id)).toMatchObject({ ...empty, httpMethod: null, parameters: null, autoGenerateBody: false });
    const [published] = await list();
    expect(published).toMatchObject(Object.fromEntries(Object.keys(empty).map((key) => [key, ''])));
    expect(published).not.toHaveProperty('httpMethod');
    expect((await call('PUT', `/v2/intention/${id}`, published)).status).toBe(200);
    expect(await read(id)).toMatchObject(empty);
  });

  it.each(['', '/v2'])('take back what they answered, one field changed (%s)', async (face) => {
    const customField = { id: await newCustomField() };
    const variables = [{ valueExpression: 'plan', customField }];
    const other = (await add(MINIMAL)).body.data.id;
    const preconditions = [{ intentionId: other, failureCondition: 'se falhar', failureMessage: 'Desculpe' }];
    const { id } = (await add({ ...FULL, variables, preconditions })).body.data;
    const get = async () => (face ? (await list())[1] : read(id));
    const before = await get();
    expect(before.variables).toEqual([
      {
        valueExpression: 'plan',
        customField: { ...customField, name: 'Plano', description: '', type: 'STRING', jsonName: expect.any(String) },
      },
    ]);
    expect(before.preconditions).toEqual([{ ...preconditions[0], successAction: null }]);
    const sealed = (await rowOf(id)).headers;
    const put = await call('PUT', `${face}/intention/${id}`, { ...before, description: 'Outro' });
    expect(put.status).toBe(200);
    expect(face ? put.body : put.body.data.description).toEqual(face ? { success: true } : 'Outro');
    const { updatedAt: _, ...kept } = { ...before, description: 'Outro' };
    expect(await get()).toMatchObject(kept);
    expect((await rowOf(id)).headers).toEqual(sealed);
  });

  it('are found by description, in pages', async () => {
    for (const description of ['Ver pedido', 'Cancelar', 'Pedido novo']) await add({ ...MINIMAL, description });
    const found = await list('?query=pedido&page=2&pageSize=1');
    expect(found).toMatchObject([{ description: 'Pedido novo' }]);
    const { body } = await call('GET', `/agent/${agentId}/intentions?query=pedido`);
    expect(body.meta).toEqual({ total: 2, page: 1, pageSize: 25, totalPages: 1 });
  });

  it('know TEXT as another name of STRING, and every method', async () => {
    const { data } = (await add({ ...MINIMAL, fields: [{ ...field('a'), type: 'TEXT' }] })).body;
    expect(data.fields[0].type).toBe('STRING');
    for (const httpMethod of ['PUT', 'PATCH', 'DELETE']) {
      expect((await call('PUT', `/v2/intention/${data.id}`, { httpMethod })).status).toBe(200);
      expect((await read(data.id)).httpMethod).toBe(httpMethod);
    }
  });

  it.each([
    { name: 'no address', input: { url: null }, path: 'url' },
    { name: 'no method', input: { httpMethod: null }, path: 'httpMethod' },
    { name: 'no description', input: { description: ' ' }, path: 'description' },
    { name: 'a field name with a space', input: { fields: [field('a b')] }, path: 'fields.0.jsonName' },
    { name: 'a field name of 65', input: { fields: [field('a'.repeat(65))] }, path: 'fields.0.jsonName' },
    { name: 'a field twice', input: { fields: [field('a'), field('a')] }, path: 'fields.1.jsonName' },
    { name: 'a header name', input: { headers: [{ name: 'X Y', value: '' }] }, path: 'headers.0.name' },
    { name: 'a header of ours', input: { headers: [{ name: 'hOST', value: 'x' }] }, path: 'headers.0.name' },
    { name: 'the length', input: { headers: [{ name: 'Content-Length', value: '1' }] }, path: 'headers.0.name' },
    { name: 'a second header', input: { headers: [{ name: 'A', value: 'x\r\nB: y' }] }, path: 'headers.0.value' },
    { name: 'a header no wire takes', input: { headers: [{ name: 'A', value: 'ж' }] }, path: 'headers.0.value' },
    {
      name: 'a header twice',
      input: {
        headers: [
          { name: 'A', value: '1' },
          { name: 'a', value: '2' },
        ],
      },
      path: 'headers.1.name',
    },
    { name: 'a mask for nothing', input: { headers: [{ name: 'A', value: MASK }] }, path: 'headers.0.value' },
    { name: 'a body of more than 64 kB', input: { requestBody: 'ç'.repeat(32_769) }, path: 'requestBody' },
    { name: 'parameters that are no object', input: { parameters: { type: 'array' } }, path: 'parameters' },
  ])('are refused for $name', async ({ input, path }) => {
    for (const face of ['', '/v2']) {
      const created = await call('POST', `${face}/agent/${agentId}/intentions`, { ...MINIMAL, ...input });
      expect([created.status, created.body.errors?.[0].path]).toEqual([400, path]);
    }
    const { id } = (await add(MINIMAL)).body.data;
    const updated = await call('PUT', `/v2/intention/${id}`, input);
    expect([updated.status, updated.body.errors?.[0].path]).toEqual([400, path]);
  });

  it.each([
    'http://127.0.0.1/{{a}}',
    'https://{{a}}.example.com/',
    'https://example.com:5432/',
    'http://metadata.internal/',
  ])('do not call %s', async (url) => {
    const { id } = (await add(MINIMAL)).body.data;
    for (const face of ['', '/v2']) {
      const created = await call('POST', `${face}/agent/${agentId}/intentions`, { ...MINIMAL, url });
      expect([created.status, created.body.code]).toEqual([400, 'URL_NOT_ALLOWED']);
      expect((await call('PUT', `${face}/intention/${id}`, { url })).body.code).toBe('URL_NOT_ALLOWED');
    }
  });

  it('end soon with hostile texts in every field that has a pattern', async () => {
    const hostile = 'a!'.repeat(50_000);
    const input = { ...MINIMAL, url: hostile, fields: [field(hostile)], headers: [{ name: hostile, value: hostile }] };
    expect((await add(input)).status).toBe(400);
  });
});

describe('preconditions and variables', () => {
  it('name what is of the same agent or workspace, and nothing else', async () => {
    const here = (await add(MINIMAL)).body.data.id;
    const elsewhere = (await call('POST', `/agent/${await newAgent()}/intentions`, MINIMAL)).body.data.id;
    const zoe = await app.register('Zoe');
    const foreignField = await newCustomField(zoe.workspaceId);
    for (const face of ['', '/v2']) {
      for (const intentionId of [elsewhere, randomUUID()]) {
        const input = { preconditions: [{ intentionId }] };
        expect((await call('POST', `${face}/agent/${agentId}/intentions`, { ...MINIMAL, ...input })).status).toBe(404);
        expect((await call('PUT', `${face}/intention/${here}`, input)).status).toBe(404);
      }
      for (const id of [foreignField, randomUUID()]) {
        const input = { variables: [{ valueExpression: 'a', customField: { id } }] };
        expect((await call('POST', `${face}/agent/${agentId}/intentions`, { ...MINIMAL, ...input })).status).toBe(404);
        expect((await call('PUT', `${face}/intention/${here}`, input)).status).toBe(404);
      }
      const itself = await call('PUT', `${face}/intention/${here}`, { preconditions: [{ intentionId: here }] });
      expect([itself.status, itself.body.errors[0].path]).toEqual([400, 'preconditions']);
    }
  });

  it('never name one that is deleted at the same time', async () => {
    for (let n = 0; n < 5; n++) {
      const gone = (await add(MINIMAL)).body.data.id;
      const [made] = await Promise.all([
        add({ ...MINIMAL, preconditions: [{ intentionId: gone }] }),
        call('DELETE', `/intention/${gone}`),
      ]);
      if (made.status === 404) continue;
      expect((await read(made.body.data.id)).preconditions).toEqual([]);
    }
  });

  it('go with the intention they name', async () => {
    const [one, two] = [(await add(MINIMAL)).body.data.id, (await add(MINIMAL)).body.data.id];
    const preconditions = [{ intentionId: one }, { intentionId: two }];
    const { id } = (await add({ ...MINIMAL, preconditions })).body.data;
    expect((await call('DELETE', `/v2/intention/${one}`)).body).toEqual({ success: true });
    const left = await read(id);
    expect(left.preconditions.map((p: { intentionId: string }) => p.intentionId)).toEqual([two]);
    expect((await call('PUT', `/intention/${id}`, left)).status).toBe(200);
    expect((await call('GET', `/intention/${one}`)).status).toBe(404);
  });
});

describe('the values of headers', () => {
  const open = (sealed: string) =>
    app.app
      .get(SecretBox, { strict: false })
      .open({ workspaceId: ana.workspaceId, field: 'intentions.headers' }, sealed);

  it('are in no answer and in no row, and a mask keeps them', async () => {
    const { id } = (await add(FULL)).body.data;
    const whole = await read(id);
    const headers = [
      { name: 'authorization', value: MASK },
      { name: 'X-New', value: 'CANARY-NEW' },
    ];
    const answers = [
      await call('PUT', `/intention/${id}`, { ...whole, headers }),
      await call('GET', `/intention/${id}`),
      await call('GET', `/agent/${agentId}/intentions`),
      await call('GET', `/v2/agent/${agentId}/intentions`),
      await call('PUT', `/intention/${id}`, { headers: [{ name: 'X-CANARY\n', value: 'CANARY' }] }),
    ];
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 200, 400]);
    for (const { text } of answers) expect(text).not.toContain('CANARY');
    const stored: { name: string; value: string }[] = (await rowOf(id)).headers;
    expect(stored.map(({ name, value }) => [name, open(value)])).toEqual([
      ['authorization', 'Bearer CANARY-SECRET'],
      ['X-New', 'CANARY-NEW'],
    ]);
    const { rows } = await app.db.query(
      `SELECT (SELECT json_agg(i) FROM intentions i)::text || (SELECT json_agg(a) FROM audit_events a)::text AS everything`,
    );
    expect(rows[0].everything).not.toContain('CANARY');
  });

  it('are in no log, not even when the database fails with them in hand', async () => {
    const lines = captureLog(app);
    await app.db.query('ALTER TABLE intentions RENAME COLUMN headers TO elsewhere');
    const answer = await add(FULL);
    await app.db.query('ALTER TABLE intentions RENAME COLUMN elsewhere TO headers');
    expect(answer.status).toBe(500);
    expect(lines.join()).toContain('a request failed unexpectedly');
    expect(lines.join() + answer.text).not.toContain('CANARY');
  });

  it('stay with an agent that is copied, whose intentions name one another', async () => {
    const first = (await add(FULL)).body.data.id;
    await add({ ...MINIMAL, preconditions: [{ intentionId: first, failureMessage: 'Não achei' }] });
    const copy = (await call('POST', `/agent/${agentId}/duplicate`)).body.data.id;
    const { body } = await call('GET', `/agent/${copy}/intentions`);
    const [one, two] = body.data;
    expect(one).toMatchObject({ ...MASKED, agentId: copy });
    expect(one.id).not.toBe(first);
    expect(two.preconditions).toEqual([
      { intentionId: one.id, failureCondition: null, failureMessage: 'Não achei', successAction: null },
    ]);
    expect(open((await rowOf(one.id)).headers[0].value)).toBe('Bearer CANARY-SECRET');
  });

  it('are told of by name only', async () => {
    const { id } = (await add(FULL)).body.data;
    await call('PUT', `/intention/${id}`, { headers: [], description: 'Outro' });
    await call('DELETE', `/intention/${id}`);
    const { rows } = await app.db.query(
      'SELECT action, details FROM audit_events WHERE subject_id = $1 ORDER BY created_at, id',
      [id],
    );
    expect(rows.map((row) => [row.action, row.details])).toEqual([
      ['intention.created', { agentId }],
      ['intention.updated', { fields: ['description', 'headers'] }],
      ['intention.deleted', { agentId }],
    ]);
  });
});
