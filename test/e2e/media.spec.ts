import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Phone } from '../../simulator/evolution-gateway.js';
import { type Shop, startTestApp, type TestApp } from '../support/test-app.js';

/** A pixel, and the beginning of a voice note: what a file is, its first bytes say. */
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=';
const OGG = Buffer.concat([
  Buffer.from('OggS\u0000\u0002'),
  Buffer.alloc(20),
  Buffer.from('\u0001\u0013OpusHead'),
  Buffer.alloc(40),
]).toString('base64');

let app: TestApp;
let shop: Shop;
let phone: Phone;
let number = 0;

beforeAll(async () => {
  app = await startTestApp({ MEDIA_MAX_BYTES: '100000' });
  shop = await app.openShop();
});
afterAll(() => app.close());
beforeEach(() => {
  number += 1;
  phone = app.gateway.phone(shop.instanceName, {
    number: `55319777700${String(number).padStart(2, '0')}`,
    name: 'Ana',
  });
});

const say = (kind: string, details: object, base64: string | undefined = undefined) =>
  phone.sayRaw({ [kind]: details, ...(base64 ? { base64 } : {}) }, kind);

const voice = (base64 = OGG) =>
  say('audioMessage', { mimetype: 'audio/ogg; codecs=opus', seconds: 3, ptt: true }, base64);
const picture = (details: object = {}, base64 = PNG) =>
  say('imageMessage', { mimetype: 'image/png', ...details }, base64);

/** The message's row with its file's, once `done` says so. */
const mediaOf = (
  id: string,
  done: (row: Record<string, unknown>) => boolean = (row) => row['media_state'] !== 'PENDING',
) =>
  app.until(
    `SELECT m.id, m.media_state, f.error, f.text, f.storage_key, f.mimetype, f.file_name, f.bytes, f.attempt
     FROM messages m LEFT JOIN message_media f ON f.workspace_id = m.workspace_id AND f.message_id = m.id
     WHERE m.provider_id = $1`,
    [id],
    (row) => row !== undefined && done(row),
  );

/** What the model was asked in the request whose last words contain this. */
const askedWith = (words: string) =>
  app.model.requests.findLast(({ path, body }) => path.endsWith('completions') && JSON.stringify(body).includes(words));

describe('a voice message', () => {
  it('is written down before it is answered', async () => {
    const id = voice();
    const [answer] = await phone.waitForMessages(1);
    expect(answer!.text).not.toBe('');
    expect(await mediaOf(id)).toMatchObject({
      media_state: 'READY',
      text: 'transcrição de demonstração',
      mimetype: 'audio/ogg',
      error: null,
    });
    expect(askedWith('[voice message] transcrição de demonstração')).toBeDefined();
    const chats = (await app.inject('GET', `/workspace/${shop.workspaceId}/chats`, { token: shop.token })).body.data;
    const path = `/chat/${chats[0].id}/messages`;
    const listed = (await app.inject('GET', path, { token: shop.token })).body.data;
    expect(listed).toContainEqual(
      expect.objectContaining({ type: 'AUDIO', midiaContent: 'transcrição de demonstração' }),
    );
  });

  it('that nobody could hear is not guessed at', async () => {
    app.model.reply((body) => JSON.stringify(body).includes('could not be heard'), 'Pode escrever, por favor?');
    const fault = app.gateway.misbehave({
      on: 'request',
      match: /getBase64/,
      fault: 'error',
      status: 400,
      message: 'The message is not of the media type',
    });
    const id = voice();
    expect((await phone.waitForMessages(1))[0]!.text).toBe('Pode escrever, por favor?');
    fault.stop();
    expect(await mediaOf(id)).toMatchObject({ media_state: 'FAILED', error: 'not_available', storage_key: null });
  });

  it('that the gateway has not stored yet is asked for again', async () => {
    const fault = app.gateway.misbehave({
      on: 'request',
      match: /getBase64/,
      fault: 'error',
      status: 400,
      message: 'Message not found',
      times: 1,
    });
    const id = voice();
    await mediaOf(id, (row) => row['attempt'] === 1 && fault.hits === 1);
    await app.db.query(
      `UPDATE message_media SET next_at = now() WHERE attempt = 1 AND error IS NULL AND storage_key IS NULL`,
    );
    expect(await mediaOf(id)).toMatchObject({ media_state: 'READY', attempt: 2 });
    await phone.waitForMessages(1);
  });
});

describe('a picture', () => {
  it('is shown to the model, with the words beside it, and again with the next question', async () => {
    const id = picture({ caption: 'tem este?', width: 1, height: 1 });
    await phone.waitForMessages(1);
    expect(await mediaOf(id)).toMatchObject({ media_state: 'READY', mimetype: 'image/png' });
    expect(JSON.stringify(askedWith('[image] tem este?')!.body)).toContain(`data:image/png;base64,${PNG}`);
    phone.say('e em azul?');
    await phone.waitForMessages(2);
    expect(JSON.stringify(askedWith('e em azul?')!.body)).toContain(`data:image/png;base64,${PNG}`);
  });

  it('that is a page or a drawing with scripts is kept from everybody', async () => {
    const html = picture({}, Buffer.from('<html><script>alert(1)</script></html>').toString('base64'));
    expect(await mediaOf(html)).toMatchObject({ media_state: 'FAILED', error: 'type_not_allowed', storage_key: null });
    const svg = picture({}, Buffer.from('<?xml version="1.0"?><svg onload="alert(1)"/>').toString('base64'));
    expect(await mediaOf(svg)).toMatchObject({ media_state: 'FAILED', error: 'type_not_allowed', storage_key: null });
  });

  it('that is said to be too large is not even asked for', async () => {
    const fault = app.gateway.misbehave({ on: 'request', match: /getBase64/, fault: 'delay', ms: 0 });
    const id = picture({ fileLength: '100001' });
    expect(await mediaOf(id)).toMatchObject({ media_state: 'FAILED', error: 'too_large' });
    expect(fault.hits).toBe(0);
    fault.stop();
  });

  it('that turns out to be too large is dropped while it is read', async () => {
    const id = picture({}, Buffer.concat([Buffer.from(PNG, 'base64'), Buffer.alloc(300_000)]).toString('base64'));
    expect(await mediaOf(id)).toMatchObject({ media_state: 'FAILED', error: 'too_large' });
  });
});

describe('a link', () => {
  const link = async (id: string, token = shop.token) => app.inject('GET', `/message/${id}/media`, { token });

  it('shows a picture as it is, and a document as a file, to whoever has it', async () => {
    const { id } = (await mediaOf(picture())) as { id: string };
    const { url } = (await link(id)).body.data;
    const shown = await fetch(url);
    expect(shown.status).toBe(200);
    expect(Object.fromEntries(shown.headers)).toMatchObject({
      'content-type': 'image/png',
      'content-disposition': 'inline',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "sandbox; default-src 'none'",
    });
    expect(Buffer.from(await shown.arrayBuffer()).toString('base64')).toBe(PNG);

    const page = Buffer.from('<html><script>alert(1)</script></html>').toString('base64');
    const fileName = '../../x.html';
    const document = await mediaOf(say('documentMessage', { mimetype: 'text/html', fileName }, page));
    expect(document).toMatchObject({ media_state: 'READY', mimetype: 'text/plain' });
    const saved = await fetch((await link(document['id'] as string)).body.data.url);
    expect(saved.headers.get('content-type')).toMatch(/^text\/plain/);
    expect(saved.headers.get('content-disposition')).toMatch(/^attachment; filename=".._.._x.html"/);
  });

  it('is for members, and nothing else opens the door', async () => {
    const { id } = (await mediaOf(picture())) as { id: string };
    const stranger = await app.register('Bruno Lima');
    expect((await link(id, stranger.token)).status).toBe(404);
    const { url } = (await link(id)).body.data as { url: string };
    expect((await fetch(`${url.slice(0, -2)}xx`)).status).toBe(404);
    expect((await fetch(`${app.url}/media/..%2f..%2fjwt-secret`)).status).toBe(404);
    await app.db.query('UPDATE messages SET deleted_at = now() WHERE id = $1', [id]);
    expect((await fetch(url)).status).toBe(404);
    expect((await link(id)).status).toBe(404);
  });
});
