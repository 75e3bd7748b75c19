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
afterAll(() => app.close());

const call = (method: string, path: string, body?: unknown) => app.inject(method, path, { token: shop.token, body });
const create = async (body: object) => {
  const answer = await call('POST', `/workspace/${shop.workspaceId}/contacts`, body);
  expect(answer.status).toBe(201);
  return answer.body.data;
};
const addField = async (type: string, name: string = randomUUID()) => {
  const path = `/custom-field/workspace/${shop.workspaceId}`;
  const answer = await call('POST', path, { name, type, jsonName: `f_${randomUUID().replaceAll('-', '')}` });
  expect(answer.status).toBe(201);
  return answer.body.data.id as string;
};
const get = async (id: string, face = '') => {
  const { status, body } = await call('GET', `${face}/workspace/${shop.workspaceId}/contact/${id}`);
  expect(status).toBe(200);
  return face ? body : body.data;
};
const update = (id: string, body: object, face = '') => call('PUT', `${face}/contact/${id}/update`, body);
const audited = async (action: string, subject: string) =>
  (await app.db.query('SELECT * FROM audit_events WHERE action = $1 AND subject_id = $2', [action, subject])).rows;

describe('a contact', () => {
  it('is created by hand, and is who writes from its phone', async () => {
    const made = await create({ name: 'Rita Alves', phone: '+55 (81) 98888-0001', birthday: '1990-05-17' });
    expect(made).toEqual({
      id: expect.any(String),
      name: 'Rita Alves',
      phone: '5581988880001',
      email: null,
      picture: null,
      recipient: '',
      birthday: Date.parse('1990-05-17T00:00:00Z'),
      gender: null,
      jobTitle: null,
      customFieldValues: [],
      createdAt: expect.any(String),
    });
    app.gateway.phone(shop.instanceName, { number: '5581988880001', name: 'Ritinha' }).say('oi');
    const chat = await app.until('SELECT contact_id FROM chats WHERE workspace_id = $1', [shop.workspaceId], Boolean);
    expect(chat['contact_id']).toBe(made.id);
    expect(await get(made.id)).toEqual({ ...made, recipient: '558188880001@s.whatsapp.net' });
  });

  it('is not made twice for one phone', async () => {
    await create({ name: 'Davi', phone: '5581988880002' });
    const again = await call('POST', `/workspace/${shop.workspaceId}/contacts`, {
      name: 'D.',
      phone: '55 81 988880002',
    });
    expect([again.status, again.body.code]).toEqual([409, 'CONFLICT']);
    const { rows } = await app.db.query(`SELECT name FROM contacts WHERE phone = '5581988880002'`);
    expect(rows).toEqual([{ name: 'Davi' }]);
  });

  it('shows the address of its newest chat', async () => {
    const { id } = await create({ name: 'Com duas conversas', phone: '5581988880003' });
    const api = await app.db.query(`SELECT id FROM channels WHERE agent_id = $1 AND type = 'API'`, [shop.agentId]);
    const chat = (channel: string, address: string, age: string) =>
      app.db.query(
        `WITH alias AS (
           INSERT INTO contact_aliases (workspace_id, channel_id, alias, contact_id) VALUES ($1, $2, $4, $3)
           ON CONFLICT DO NOTHING)
         INSERT INTO chats (workspace_id, id, channel_id, contact_id, address, last_message_at)
         VALUES ($1, gen_random_uuid(), $2, $3, $4, now() - $5::interval)`,
        [shop.workspaceId, channel, id, address, age],
      );
    await chat(shop.channelId, '5581988880003@s.whatsapp.net', '2 days');
    await chat(api.rows[0].id, 'session-7', '1 day');
    expect((await get(id)).recipient).toBe('session-7');
  });

  it.each(['', '/v2'])('takes back what it answered, with one field changed (%s)', async (face) => {
    const field = await addField('MONEY');
    const { id } = await create({ name: 'Ida', customFieldValues: [{ customFieldId: field, value: '12.50' }] });
    const read = await get(id, face);
    const answer = await update(id, { ...read, jobTitle: 'Compras' }, face);
    expect(answer.status).toBe(200);
    expect(await get(id, face)).toEqual({ ...read, jobTitle: 'Compras' });
    // The answer to a change is sent back as well; there the published one has '' for none.
    const again = await update(id, face ? answer.body : answer.body.data, face);
    expect(again.status).toBe(200);
    expect(await get(id, face)).toEqual({ ...read, jobTitle: 'Compras' });
  });

  it.each(['', '/v2'])('takes back a phone that is none, as the API channel leaves it (%s)', async (face) => {
    const { id } = await create({ name: 'Visitante' });
    await app.db.query(`UPDATE contacts SET phone = 'ramal 7' WHERE id = $1`, [id]);
    const read = await get(id, face);
    expect((await update(id, { ...read, name: 'Visita' }, face)).status).toBe(200);
    expect(await get(id, face)).toEqual({ ...read, name: 'Visita' });
    const refused = await update(id, { phone: 'ramal 8' }, face);
    expect([refused.status, refused.body.errors[0].path]).toEqual([400, 'phone']);
  });

  it('answers the published shapes', async () => {
    const { id } = await create({ name: 'Nua', phone: '5581988880004' });
    await app.db.query('UPDATE contacts SET name = NULL, phone = NULL WHERE id = $1', [id]);
    const read = {
      id,
      name: null,
      phone: null,
      email: null,
      picture: null,
      recipient: '',
      birthday: null,
      gender: null,
    };
    expect(await get(id, '/v2')).toEqual({ ...read, jobTitle: null, customFieldValues: [] });
    const changed = await update(id, { gender: 'female' }, '/v2');
    expect(changed.body).toEqual({
      ...read,
      name: '',
      phone: '',
      gender: 'female',
      jobTitle: null,
      customFieldValues: [],
    });
    const listed = await call('GET', `/v2/workspace/${shop.workspaceId}/search?pageSize=100`);
    expect(listed.body.find((c: { id: string }) => c.id === id)).toEqual({ ...read, gender: 'female', jobTitle: '' });
    expect(listed.headers['x-total-count']).toBe(String(listed.body.length));
  });

  it('clears with null and with an empty text, and keeps what is not mentioned', async () => {
    const { id } = await create({ name: 'Eva', gender: 'f', jobTitle: 'x', email: 'Eva@Example.com', birthday: 0 });
    await update(id, { gender: null, jobTitle: '', email: '', birthday: null });
    expect(await get(id)).toMatchObject({ name: 'Eva', gender: null, jobTitle: null, email: null, birthday: null });
  });

  it.each([
    { name: 'an e-mail that is none', input: { email: 'eva' }, expected: ['email', 'VALIDATION_FAILED'] },
    { name: 'a day that is not', input: { birthday: '1990-02-31' }, expected: ['birthday', 'VALIDATION_FAILED'] },
    { name: 'half a millisecond', input: { birthday: 0.5 }, expected: ['birthday', 'VALIDATION_FAILED'] },
    { name: 'a private picture', input: { picture: 'http://10.0.0.1/x' }, expected: ['picture', 'URL_NOT_ALLOWED'] },
    { name: 'an unknown field', input: { vip: true }, expected: ['vip', 'VALIDATION_FAILED'] },
  ])('refuses $name', async ({ input, expected }) => {
    const { id } = await create({ name: 'Ivo' });
    for (const answer of [
      await update(id, input),
      await call('POST', `/workspace/${shop.workspaceId}/contacts`, { name: 'x', ...input }),
    ])
      expect([answer.status, answer.body.errors[0].path, answer.body.code]).toEqual([400, ...expected]);
    const published = await update(id, input, '/v2');
    expect(published.status).toBe('vip' in input ? 200 : 400);
  });

  it('is deleted with everything said, and that is kept on record', async () => {
    const phone = app.gateway.phone(shop.instanceName, { number: '5581988880005', name: 'Leo' });
    phone.say('oi');
    const { contact_id: id } = await app.until(
      `SELECT c.contact_id, m.role FROM messages m JOIN chats c ON c.id = m.chat_id JOIN contacts t ON t.id = c.contact_id
       WHERE t.name = 'Leo' AND m.role = 'assistant' AND m.status IN ('SENT', 'DELIVERED', 'READ')`,
      [],
      Boolean,
    );
    expect((await call('DELETE', `/contact/${id}`)).body).toEqual({ data: { success: true } });
    const { rows } = await app.db.query(
      `SELECT (SELECT count(*)::int FROM chats WHERE contact_id = $1) AS chats,
              (SELECT count(*)::int FROM contact_aliases WHERE contact_id = $1) AS aliases`,
      [id],
    );
    expect(rows).toEqual([{ chats: 0, aliases: 0 }]);
    expect(await audited('contact.deleted', id)).toMatchObject([{ user_id: shop.userId, details: { chats: 1 } }]);
    expect((await call('DELETE', `/contact/${id}`)).status).toBe(404);
  });
});

describe('the list', () => {
  it('is paged in a stable order, and searched by name and phone', async () => {
    const ana = await app.register();
    const ask = (query: string) =>
      app.inject('GET', `/workspace/${ana.workspaceId}/search${query}`, { token: ana.token });
    const names = async (query: string) => (await ask(query)).body.data.map((c: { name: string }) => c.name);
    for (const [name, phone] of [
      ['João 100%', '5581977770001'],
      ['Joana', '5581977770002'],
      ['Bruno', '5511966660003'],
    ])
      await app.inject('POST', `/workspace/${ana.workspaceId}/contacts`, { token: ana.token, body: { name, phone } });
    expect(await names('')).toEqual(['João 100%', 'Joana', 'Bruno']);
    expect(await names('?page=2&pageSize=2')).toEqual(['Bruno']);
    expect(await names('?query=jo')).toEqual(['João 100%', 'Joana']);
    expect(await names('?query=0%25')).toEqual(['João 100%']);
    expect(await names('?query=%2B55%20(11)%2096666')).toEqual(['Bruno']);
    expect((await ask('?query=jo&pageSize=1')).body.meta).toEqual({ total: 2, page: 1, pageSize: 1, totalPages: 2 });
  });

  it('shows nothing of others', async () => {
    const answer = await app.inject('GET', `/v2/workspace/${stranger.workspaceId}/search`, { token: stranger.token });
    expect(answer.body).toEqual([]);
  });

  it('does not reach from one workspace into another of the same person', async () => {
    const { id } = await create({ name: 'Aqui' });
    await app.db.query(`INSERT INTO memberships (workspace_id, user_id, role) VALUES ($1, $2, 'OWNER')`, [
      stranger.workspaceId,
      shop.userId,
    ]);
    const answer = await call('GET', `/workspace/${stranger.workspaceId}/contact/${id}`);
    expect(answer.status).toBe(404);
    await app.db.query('DELETE FROM memberships WHERE workspace_id = $1 AND user_id = $2', [
      stranger.workspaceId,
      shop.userId,
    ]);
  });
});

describe('custom values', () => {
  it.each([
    { type: 'STRING', input: 'VIP', expected: 'VIP' },
    { type: 'DATE', input: '2026-11-25', expected: Date.parse('2026-11-25') },
    { type: 'DATE', input: Date.parse('2026-11-25T12:00:00Z'), expected: Date.parse('2026-11-25') },
    { type: 'DATE_TIME', input: '2026-11-25T11:30:00-03:00', expected: Date.parse('2026-11-25T14:30:00Z') },
    { type: 'NUMBER', input: 1.5, expected: 1.5 },
    { type: 'BOOLEAN', input: false, expected: false },
    { type: 'MONEY', input: '999999999999999.9900', expected: '999999999999999.9900' },
  ])('$type $input', async ({ type, input, expected }) => {
    const field = await addField(type);
    const { id } = await create({ name: 'Valéria' });
    const answer = await update(id, { customFieldValues: [{ customFieldId: field, value: input }] }, '/v2');
    expect(answer.body.customFieldValues).toEqual([{ customFieldId: field, value: expected }]);
    expect((await get(id)).customFieldValues).toEqual([{ customFieldId: field, value: expected }]);
  });

  it('stay unless mentioned, and go with null or nothing', async () => {
    const [one, two, three] = [await addField('STRING'), await addField('NUMBER'), await addField('STRING')];
    const value = (customFieldId: string, given: unknown) => ({ customFieldId, value: given });
    const { id } = await create({
      name: 'Tom',
      customFieldValues: [value(one, 'a'), value(two, 0), value(three, 'c')],
    });
    await update(id, { customFieldValues: [value(one, null), { customFieldId: two }] });
    expect((await get(id)).customFieldValues).toEqual([value(three, 'c')]);
    await update(id, { customFieldValues: [value(three, 'd'), value(three, 'e')] });
    expect((await get(id)).customFieldValues).toEqual([value(three, 'e')]);
  });

  it('are refused one by one, and then nothing is changed', async () => {
    const [text, number, archived] = [await addField('STRING'), await addField('NUMBER'), await addField('STRING')];
    await call('PUT', `/custom-field/toggle-archive/${archived}?archived=true`);
    const foreign = await app.inject('POST', `/v2/custom-field/workspace/${stranger.workspaceId}`, {
      token: stranger.token,
      body: { name: 'Deles' },
    });
    const { id } = await create({ name: 'Zé' });
    const answer = await update(id, {
      name: 'Outro',
      customFieldValues: [
        { customFieldId: text, value: 'bom' },
        { customFieldId: number, value: '5' },
        { customFieldId: archived, value: 'x' },
        { customFieldId: foreign.body.id, value: 'x' },
        { customFieldId: randomUUID(), value: null },
      ],
    });
    const [, ...gone] = answer.body.errors.map((e: { message: string }) => e.message);
    expect(new Set(gone).size).toBe(1);
    expect([answer.status, ...answer.body.errors.map((e: { path: string }) => e.path)]).toEqual([
      400,
      'customFieldValues.1.value',
      'customFieldValues.2.customFieldId',
      'customFieldValues.3.customFieldId',
      'customFieldValues.4.customFieldId',
    ]);
    expect(await get(id)).toMatchObject({ name: 'Zé', customFieldValues: [] });
  });

  it('of an archived field are neither shown nor lost', async () => {
    const field = await addField('STRING');
    const { id } = await create({ name: 'Gil', customFieldValues: [{ customFieldId: field, value: 'x' }] });
    await call('PUT', `/v2/custom-field/toggle-archive/${field}?archived=true`);
    const read = await get(id);
    expect(read.customFieldValues).toEqual([]);
    expect((await update(id, read)).status).toBe(200);
    await call('PUT', `/v2/custom-field/toggle-archive/${field}`);
    expect((await get(id)).customFieldValues).toEqual([{ customFieldId: field, value: 'x' }]);
  });
});

describe('a custom field', () => {
  const path = (face = '') => `${face}/custom-field/workspace/${shop.workspaceId}`;

  it('answers the published shapes and makes its own name for programs', async () => {
    const made = await call('POST', path('/v2'), { id: 'x', name: 'Opção Nº 1', createdAt: '', archived: false });
    const field = {
      id: expect.any(String),
      name: 'Opção Nº 1',
      jsonName: 'opcao_no_1',
      description: '',
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
      type: 'STRING',
    };
    expect([made.status, made.body]).toEqual([200, field]);
    const listed = (await call('GET', `${path('/v2')}?pageSize=100`)).body;
    expect(listed.at(-1)).toEqual({ ...field, archived: false });
    expect(await audited('custom_field.created', made.body.id)).toHaveLength(1);
    const taken = await call('POST', path(), { name: 'Opcao no 1' });
    expect([taken.status, taken.body.code]).toEqual([409, 'CONFLICT']);
    const other = await app.inject('POST', `/custom-field/workspace/${stranger.workspaceId}`, {
      token: stranger.token,
      body: { name: 'Opcao no 1' },
    });
    expect(other.status).toBe(201);
  });

  it('refuses a jsonName no program could write', async () => {
    const answer = await call('POST', path(), { name: 'x', jsonName: '1-x' });
    expect([answer.status, answer.body.errors[0].path]).toEqual([400, 'jsonName']);
  });

  it.each(['', '/v2'])('takes back what it answered (%s)', async (face) => {
    const id = await addField('NUMBER');
    const list = async () => {
      const { body } = await call('GET', `${path(face)}?pageSize=100`);
      return (face ? body : body.data).find((f: { id: string }) => f.id === id);
    };
    const read = await list();
    const changed = await call('PUT', `${face}/custom-field/${id}`, { ...read, name: `Novo${face}` });
    expect([changed.status, face ? changed.body : changed.body.data]).toEqual([200, { success: true }]);
    expect(await list()).toEqual({ ...read, name: `Novo${face}`, updatedAt: expect.any(String) });
    expect((await audited('custom_field.updated', id))[0].details).toMatchObject({ name: `Novo${face}` });
  });

  it.each(['', '/v2'])('keeps its type once contacts have values, and its name from others (%s)', async (face) => {
    const [id, other] = [await addField('NUMBER'), await addField('NUMBER')];
    const put = (body: object) => call('PUT', `${face}/custom-field/${id}`, body);
    expect((await put({ type: 'MONEY' })).status).toBe(200);
    await create({ name: 'Lia', customFieldValues: [{ customFieldId: id, value: '1' }] });
    expect((await put({ type: 'NUMBER' })).body.code).toBe('CONFLICT');
    expect((await put({ type: 'MONEY', description: 'Saldo' })).status).toBe(200);
    const { rows } = await app.db.query('SELECT json_name, type FROM custom_fields WHERE id = ANY ($1) ORDER BY id', [
      [id, other],
    ]);
    expect(rows[0].type).toBe('MONEY');
    expect((await put({ jsonName: rows[1].json_name })).body.code).toBe('CONFLICT');
    const posted = await call('POST', path(face), { name: 'x', jsonName: rows[1].json_name });
    expect(posted.body.code).toBe('CONFLICT');
  });

  /** Resolves once some session of the application waits for a lock. */
  const somebodyWaits = () =>
    app.until(
      `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      [],
      Boolean,
    );

  it('does not change its type while a value of the old one is being written', async () => {
    const id = await addField('NUMBER');
    const { id: contact } = await create({ name: 'Ao mesmo tempo' });
    const writer = await app.db.connect();
    await writer.query('BEGIN');
    await writer.query('SELECT 1 FROM custom_fields WHERE id = $1 FOR SHARE', [id]);
    const change = call('PUT', `/custom-field/${id}`, { type: 'STRING' });
    await somebodyWaits();
    await writer.query(
      `INSERT INTO custom_field_values (workspace_id, contact_id, custom_field_id, value) VALUES ($1, $2, $3, '5')`,
      [shop.workspaceId, contact, id],
    );
    await writer.query('COMMIT');
    writer.release();
    expect((await change).body.code).toBe('CONFLICT');
    const { rows } = await app.db.query('SELECT type FROM custom_fields WHERE id = $1', [id]);
    expect(rows).toEqual([{ type: 'NUMBER' }]);
  });

  it('takes no value of a type it is about to lose', async () => {
    const id = await addField('NUMBER');
    const { id: contact } = await create({ name: 'Ao mesmo tempo' });
    const changer = await app.db.connect();
    await changer.query('BEGIN');
    await changer.query(`UPDATE custom_fields SET type = 'MONEY' WHERE id = $1`, [id]);
    const write = update(contact, { customFieldValues: [{ customFieldId: id, value: 5 }] });
    await somebodyWaits();
    await changer.query('COMMIT');
    changer.release();
    expect((await write).body.data.customFieldValues).toEqual([{ customFieldId: id, value: '5' }]);
  });

  it('is archived and brought back, and lists choose', async () => {
    const id = await addField('STRING');
    const ids = async (query: string) =>
      (await call('GET', `${path()}?pageSize=100${query}`)).body.data.map((f: { id: string }) => f.id);
    expect((await call('PUT', `/custom-field/toggle-archive/${id}?archived=true`)).body.data.success).toBe(true);
    expect(await ids('&archived=true')).toContain(id);
    expect(await ids('&archived=false')).not.toContain(id);
    expect(await ids('')).toContain(id);
    await call('PUT', `/custom-field/toggle-archive/${id}?archived=false`);
    expect(await ids('&archived=false')).toContain(id);
    expect((await audited('custom_field.archived', id)).length).toBe(1);
    expect((await call('PUT', `/custom-field/toggle-archive/${id}?archived=perhaps`)).status).toBe(400);
  });
});
