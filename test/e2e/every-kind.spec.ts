import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Phone } from '../../simulator/phone.js';
import { type Shop, startTestApp, type TestApp } from '../support/test-app.js';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app?.close());

const configure = async (shop: Shop, body: Record<string, unknown>) => {
  const answer = await app.inject('PUT', `/channel/${shop.channelId}/config`, { token: shop.token, body });
  expect(answer.status).toBe(200);
};
const messageOf = (shop: Shop, providerId: string, done: (row: Record<string, unknown>) => boolean = () => true) =>
  app.until(
    'SELECT * FROM messages WHERE workspace_id = $1 AND provider_id = $2',
    [shop.workspaceId, providerId],
    (row) => row !== undefined && done(row),
  );
const rows = async (table: string, shop: Shop) =>
  (await app.db.query(`SELECT * FROM ${table} WHERE workspace_id = $1`, [shop.workspaceId])).rows;
const turnWith = (shop: Shop, messageId: string) =>
  app.until(
    `SELECT * FROM turns WHERE workspace_id = $1 AND $2 = ANY (inbound_ids) AND state IN ('DONE', 'SKIPPED', 'FAILED')`,
    [shop.workspaceId, messageId],
    (row) => row !== undefined,
  );
let numbers = 5581999940000;
const meet = (shop: Shop): Promise<Phone> | Phone =>
  app.gateway.phone(shop.instanceName, { number: String(++numbers), name: 'Ana', lid: `2045${numbers}` });

/** A shop whose agent waits for silence, so that what happens to a message happens before it is answered. */
async function patientShop(): Promise<Shop> {
  const shop = await app.openShop();
  await app.db.query(`UPDATE agent_settings SET message_grouping_time = 'ONE_MINUTE' WHERE workspace_id = $1`, [
    shop.workspaceId,
  ]);
  return shop;
}
const endWaiting = (shop: Shop) =>
  app.db.query(`UPDATE turns SET due_at = now() WHERE workspace_id = $1 AND state = 'COLLECTING'`, [shop.workspaceId]);

describe('what a customer sends', () => {
  const file = { url: 'https://mmg.whatsapp.net/x', mimetype: 'x/y', fileLength: '10' };
  const point = { degreesLatitude: -22.9, degreesLongitude: -43.2 };
  const kinds: { name: string; message: Record<string, unknown>; expected: Record<string, unknown> }[] = [
    {
      name: 'an image',
      message: { imageMessage: { ...file, caption: 'este' } },
      expected: { type: 'IMAGE', text: 'este', media_state: expect.stringMatching(/^(PENDING|READY|FAILED)$/) },
    },
    {
      name: 'a voice message',
      message: { audioMessage: { ...file, ptt: true } },
      expected: { type: 'AUDIO', text: '', media_state: expect.stringMatching(/^(PENDING|READY|FAILED)$/) },
    },
    {
      name: 'a video note',
      message: { ptvMessage: file },
      expected: { type: 'VIDEO', media_state: expect.stringMatching(/^(PENDING|READY|FAILED)$/) },
    },
    {
      name: 'a document',
      message: { documentMessage: { ...file, fileName: 'a.pdf' } },
      expected: { type: 'DOCUMENT', media_state: expect.stringMatching(/^(PENDING|READY|FAILED)$/) },
    },
    {
      name: 'a sticker',
      message: { stickerMessage: file },
      expected: { type: 'STICKER', media_state: expect.stringMatching(/^(PENDING|READY|FAILED)$/) },
    },
    {
      name: 'a location',
      message: { locationMessage: { ...point, name: 'Largo' } },
      expected: { type: 'LOCATION', text: 'Largo (-22.9, -43.2)', media_state: null },
    },
    {
      name: 'a contact',
      message: { contactMessage: { displayName: 'Rui', vcard: 'TEL;waid=5521955554321:+55' } },
      expected: { type: 'CONTACT', text: 'Rui (+5521955554321)' },
    },
    {
      name: 'a poll',
      message: { pollCreationMessageV3: { name: 'Quando?', options: [{ optionName: 'Hoje' }] } },
      expected: { type: 'OTHER', text: 'Quando?\n- Hoje' },
    },
    {
      name: 'a choice',
      message: { buttonsResponseMessage: { selectedButtonId: 's', selectedDisplayText: 'Sim' } },
      expected: { type: 'TEXT', text: 'Sim' },
    },
    {
      name: 'an order',
      message: { orderMessage: { orderTitle: 'Dois bolos' } },
      expected: { type: 'OTHER', text: 'Dois bolos' },
    },
    {
      name: 'a kind of the future',
      message: { hologramMessage: { caption: 'olá' } },
      expected: { type: 'OTHER', text: 'olá' },
    },
  ];
  it.each(kinds)('$name is stored as what it is, in a turn', async ({ message, expected }) => {
    const shop = await patientShop();
    const ana = await meet(shop);
    const id = ana.sayRaw(message, Object.keys(message)[0]!);
    const row = await messageOf(shop, id);
    expect(row).toMatchObject(expected);
    expect(await rows('turns', shop)).toMatchObject([{ inbound_ids: [row['id']], state: 'COLLECTING' }]);
  });

  it('a vote is a turn', async () => {
    const shop = await patientShop();
    const ana = await meet(shop);
    const row = await messageOf(shop, ana.vote('3EB0AA', ['Manhã']));
    expect(row).toMatchObject({ type: 'OTHER', text: 'Manhã', content: { vote: { pollId: '3EB0AA' } } });
    expect(await rows('turns', shop)).toHaveLength(1);
  });

  it('a location that moves is one message', async () => {
    const shop = await patientShop();
    const ana = await meet(shop);
    const share = (latitude: number, sequenceNumber: number) =>
      ana.sayRaw(
        { liveLocationMessage: { degreesLatitude: latitude, degreesLongitude: -43.2, sequenceNumber } },
        'liveLocationMessage',
      );
    const id = share(-22.9, 5);
    await messageOf(shop, id);
    share(-22.8, 7);
    await messageOf(shop, id, (row) => row['text'] === '-22.8, -43.2');
    share(-22.7, 6);
    await messageOf(shop, ana.say('cheguei'));
    expect(await rows('messages', shop)).toMatchObject([{ text: '-22.8, -43.2' }, { text: 'cheguei' }]);
  });
});

describe('an edit', () => {
  it('changes what the agent reads, before and after its answer', async () => {
    const shop = await patientShop();
    const ana = await meet(shop);
    const id = ana.say('quero um blo');
    const { id: messageId } = await messageOf(shop, id);
    ana.edit(id, 'quero um bolo');
    await messageOf(shop, id, (row) => row['text'] === 'quero um bolo' && row['edited_at'] !== null);
    await endWaiting(shop);
    await turnWith(shop, String(messageId));
    const asked = JSON.stringify(app.model.requests.at(-1));
    expect(asked).toContain('quero um bolo');
    expect(asked).not.toContain('quero um blo"');
    ana.edit(id, 'quero dois bolos');
    await messageOf(shop, id, (row) => row['text'] === 'quero dois bolos');
    expect(await rows('turns', shop)).toHaveLength(1);
  });
});

describe('a deletion', () => {
  it('of all that was said leaves nothing to answer', async () => {
    const shop = await patientShop();
    const ana = await meet(shop);
    const id = ana.say('segredo');
    const { id: messageId } = await messageOf(shop, id);
    ana.remove(id);
    await messageOf(shop, id, (row) => row['deleted_at'] !== null);
    await endWaiting(shop);
    expect(await turnWith(shop, String(messageId))).toMatchObject({ state: 'SKIPPED', reason: 'nothing_to_answer' });
    expect(await messageOf(shop, id)).toMatchObject({ text: '', content: null });
  });

  it('that overtakes its message waits for it', async () => {
    const shop = await patientShop();
    const ana = await meet(shop);
    const instance = shop.instanceName;
    const hold = app.gateway.misbehave({ on: 'webhook', fault: 'drop', events: ['messages.upsert'], instance });
    const id = ana.say('segredo', { id: '3AOVERTAKEN' });
    ana.remove(id);
    // It is parked, unless a comparison with the gateway has found the message meanwhile.
    await app.until(
      `SELECT 1 AS n FROM parked_changes WHERE workspace_id = $1
       UNION ALL SELECT 1 FROM messages WHERE workspace_id = $1 AND deleted_at IS NOT NULL`,
      [shop.workspaceId],
      (row) => row !== undefined,
    );
    hold.stop();
    ana.say('segredo', { id });
    expect(await messageOf(shop, id)).toMatchObject({ text: '', deleted_at: expect.any(Date) });
    expect(await rows('parked_changes', shop)).toEqual([]);
  });
});

describe('a reaction', () => {
  it('is kept beside its message, can be taken back, and is no turn', async () => {
    const shop = await patientShop();
    const ana = await meet(shop);
    const id = ana.say('oi');
    await messageOf(shop, id);
    const reaction = (emoji: string | undefined) =>
      app.until(
        'SELECT * FROM reactions WHERE workspace_id = $1',
        [shop.workspaceId],
        (row) => row?.['emoji'] === emoji,
      );
    ana.react(id, '👍');
    expect(await reaction('👍')).toMatchObject({ target_id: id });
    ana.react(id, '🎂', { at: Date.now() + 1000 });
    await reaction('🎂');
    ana.react(id, '', { at: Date.now() + 2000 });
    await reaction(undefined);
    expect([await rows('turns', shop), await rows('messages', shop)]).toMatchObject([[{}], [{}]]);
  });

  it('is answered where the agent answers reactions', async () => {
    const shop = await app.openShop();
    await app.db.query('UPDATE agent_settings SET answer_reactions = true WHERE workspace_id = $1', [shop.workspaceId]);
    const ana = await meet(shop);
    ana.say('oi');
    const [sent] = await ana.waitForMessages(1);
    await app.until(
      `SELECT * FROM messages WHERE workspace_id = $1 AND provider_id = $2`,
      [shop.workspaceId, sent!.id],
      (row) => row !== undefined,
    );
    const reaction = ana.react(sent!.id, '👍');
    const { id, content } = await messageOf(shop, reaction);
    expect(content).toMatchObject({ kind: 'reaction', quoted: { id: sent!.id, text: sent!.text } });
    expect(await turnWith(shop, String(id))).toMatchObject({ state: 'DONE' });
  });
});

describe('a call', () => {
  it('is shown to people, and is no turn', async () => {
    const shop = await app.openShop();
    const ana = await meet(shop);
    const row = await messageOf(shop, ana.call({ isVideo: true }));
    expect(row).toMatchObject({ role: 'user', type: 'OTHER', content: { kind: 'call', video: true } });
    expect(await rows('turns', shop)).toEqual([]);
  });

  it('is refused with a word where the channel says so, which takes no chat over', async () => {
    const shop = await app.openShop();
    await configure(shop, { callRejectAuto: true, callRejectMessage: 'Escreva, por favor.' });
    const ana = await meet(shop);
    ana.call();
    const [refusal] = await ana.waitForMessages(1);
    expect(refusal).toMatchObject({ by: 'owner', text: 'Escreva, por favor.' });
    expect(await messageOf(shop, refusal!.id)).toMatchObject({ author: 'API' });
    expect(await rows('chats', shop)).toMatchObject([{ human_talk: false }]);
  });

  it('is refused too once a gateway is back that was down when that was decided', async () => {
    const shop = await app.openShop();
    const down = app.gateway.misbehave({ on: 'request', fault: 'error', match: 'POST /settings/set', status: 500 });
    await configure(shop, { callRejectAuto: true, callRejectMessage: 'Escreva.' });
    down.stop();
    await app.gateway.disconnect(shop.instanceName, 428);
    await app.gateway.reconnect(shop.instanceName);
    const ana = await meet(shop);
    await app.until('SELECT state FROM channels WHERE id = $1', [shop.channelId], (row) => row?.['state'] === 'open');
    ana.call();
    expect(await ana.waitForMessages(1)).toMatchObject([{ text: 'Escreva.' }]);
  });
});

describe('a group', () => {
  const GROUP = '120363041234567890@g.us';

  it('is not kept where the channel leaves groups alone', async () => {
    const shop = await app.openShop();
    const ana = await meet(shop);
    // A gateway whose settings were changed by hand.
    const off = { groupsIgnore: false, rejectCall: false, alwaysOnline: false, readMessages: false };
    const set = await fetch(`${app.gateway.url}/settings/set/${shop.instanceName}`, {
      method: 'POST',
      headers: { apikey: 'test-gateway-key', 'content-type': 'application/json' },
      body: JSON.stringify({ ...off, readStatus: false, syncFullHistory: false }),
    });
    expect(set.status).toBe(201);
    ana.say('oi, vizinhos', { group: GROUP });
    await messageOf(shop, ana.say('oi'));
    expect(await rows('messages', shop)).toMatchObject([{ text: 'oi' }]);
  });

  it('is one chat, answered once for everybody, and the agent knows who speaks', async () => {
    const shop = await patientShop();
    await configure(shop, { enableGroupsResponse: true, enablePrivateChatResponse: false });
    const group = app.gateway.phone(shop.instanceName, { number: GROUP, name: 'Vizinhos' });
    const ana = await meet(shop);
    const rui = app.gateway.phone(shop.instanceName, { number: '5581999930001', name: 'Rui' });
    const first = await messageOf(shop, ana.say('tem bolo?', { group: GROUP }));
    await messageOf(shop, rui.say('e pão?', { group: GROUP }));
    await endWaiting(shop);
    await group.waitForMessages(1);
    expect(await turnWith(shop, String(first['id']))).toMatchObject({ state: 'DONE' });
    expect(await rows('chats', shop)).toMatchObject([{ address: GROUP, human_talk: false }]);
    expect(first['content']).toMatchObject({ participant: { jid: ana.jid, name: 'Ana' } });
    expect(JSON.stringify(app.model.requests.at(-1))).toMatch(/Ana.*tem bolo\?.*Rui.*e pão\?/);
  });

  it('is answered only when spoken to, where the channel says so', async () => {
    const shop = await app.openShop();
    await configure(shop, { enableGroupsResponse: true, replyGroupsType: 'MENTION' });
    const group = app.gateway.phone(shop.instanceName, { number: GROUP, name: 'Vizinhos' });
    const ana = await meet(shop);
    const aside = await messageOf(shop, ana.say('oi, Rui', { group: GROUP }));
    expect(await turnWith(shop, String(aside['id']))).toMatchObject({ state: 'SKIPPED', reason: 'not_addressed' });
    const ownJid = (await rows('channels', shop)).find((row) => row.id === shop.channelId).own_jid;
    const raw = { contextInfo: { mentionedJid: [ownJid] } };
    const mention = await messageOf(shop, ana.say('e você?', { group: GROUP, raw }));
    expect(await turnWith(shop, String(mention['id']))).toMatchObject({ state: 'DONE' });
    const [answer] = await group.waitForMessages(1);
    // Under a LID the gateway names the author by it, so the quoted message itself is what tells.
    const quote = {
      contextInfo: { stanzaId: answer!.id, participant: '99@lid', quotedMessage: { conversation: 'x' } },
    };
    const reply = await messageOf(shop, ana.say('obrigada', { group: GROUP, raw: quote }));
    expect(await turnWith(shop, String(reply['id']))).toMatchObject({ state: 'DONE' });
  });
});
