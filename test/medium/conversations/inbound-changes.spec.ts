import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  changeMessage,
  type MessageChange,
  react,
  settleParkedChanges,
} from '../../../src/conversations/inbound-changes.queries.js';
import { ReceiveMessageService } from '../../../src/conversations/receive-message.service.js';
import { MEDIA } from '../../../src/jobs/wakeups.service.js';
import { createPool } from '../../../src/prisma/database.pool.js';
import { createTestDatabase } from '../../support/database.js';
import { openChannel } from '../../support/open-channel.js';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let pool: pg.Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url, 4);
});
afterAll(async () => {
  await pool?.end();
  await database?.drop();
});

type Place = { ws: string; channel: string };
const ANA = '5581999990000@s.whatsapp.net';
const T = Date.UTC(2026, 10, 25, 12);

async function hear(at: Place, providerId: string, text: string, type = 'TEXT'): Promise<string[]> {
  const woken: string[] = [];
  const wakeups = { wakeHere: (topic: string) => woken.push(topic), announce: () => undefined };
  const receiver = new ReceiveMessageService(pool, { role: 'all' } as never, wakeups as never, undefined as never);
  await receiver.receive({
    ...{
      workspaceId: at.ws,
      channelId: at.channel,
      providerId,
      aliases: [ANA],
      address: ANA,
      name: 'Ana',
      phone: null,
    },
    ...{ role: 'user', author: 'CUSTOMER', type, text, content: { forwarded: true }, sentAtMs: T, answer: true },
  });
  return woken;
}

const change = (at: Place, providerId: string, rest: Partial<MessageChange>) =>
  changeMessage(pool, {
    ...{ workspaceId: at.ws, channelId: at.channel, providerId, kind: 'EDIT', text: 'x', changedAtMs: T, ...rest },
  });
const erase = (at: Place, providerId: string, changedAtMs = T) =>
  change(at, providerId, { kind: 'DELETE', text: null, changedAtMs });

async function message(at: Place, providerId: string) {
  const { rows } = await pool.query(
    `SELECT text, content, media_state, edited_at, deleted_at FROM messages WHERE workspace_id = $1 AND provider_id = $2`,
    [at.ws, providerId],
  );
  return rows[0];
}
const parked = async (at: Place) =>
  (await pool.query(`SELECT kind, text FROM parked_changes WHERE workspace_id = $1`, [at.ws])).rows;

describe('a file', () => {
  it.each(['IMAGE', 'AUDIO', 'VIDEO', 'DOCUMENT', 'STICKER'])(
    'of type %s waits to be fetched, and is told of',
    async (type) => {
      const at = await openChannel(pool, { grouping: 'FIVE_SEC' });
      expect(await hear(at, 'A', '', type)).toContain(MEDIA);
      expect((await message(at, 'A')).media_state).toBe('PENDING');
    },
  );

  it('is none in a text, a location, or a message of the API channel', async () => {
    const at = await openChannel(pool, { grouping: 'FIVE_SEC' });
    expect(await hear(at, 'A', 'oi')).not.toContain(MEDIA);
    await hear(at, 'B', 'Largo', 'LOCATION');
    const api = await openChannel(pool, { grouping: 'FIVE_SEC', type: 'API' });
    await hear(api, 'C', '', 'IMAGE');
    expect([await message(at, 'A'), await message(at, 'B'), await message(api, 'C')]).toMatchObject([
      { media_state: null },
      { media_state: null },
      { media_state: null },
    ]);
  });
});

describe('an edit', () => {
  it('replaces the words and keeps the last few', async () => {
    const at = await openChannel(pool, { grouping: 'FIVE_SEC' });
    await hear(at, 'A', 'zero');
    for (let i = 1; i <= 6; i++) await change(at, 'A', { text: `v${i}`, changedAtMs: T + i });
    expect(await message(at, 'A')).toMatchObject({
      text: 'v6',
      content: { forwarded: true, edited: [{ text: 'v2' }, { text: 'v3' }, { text: 'v4' }, { text: 'v5' }] },
      edited_at: new Date(T + 6),
    });
  });

  it('counts by its own time, once', async () => {
    const at = await openChannel(pool, { grouping: 'FIVE_SEC' });
    await hear(at, 'A', 'zero');
    await change(at, 'A', { text: 'dois', changedAtMs: T + 2 });
    await change(at, 'A', { text: 'um', changedAtMs: T + 1 });
    await change(at, 'A', { text: 'dois', changedAtMs: T + 9 });
    expect(await message(at, 'A')).toMatchObject({
      text: 'dois',
      edited_at: new Date(T + 2),
      content: { edited: [{ text: 'zero' }] },
    });
  });

  it('changes nothing of another channel, nor what was deleted', async () => {
    const [at, other] = [
      await openChannel(pool, { grouping: 'FIVE_SEC' }),
      await openChannel(pool, { grouping: 'FIVE_SEC' }),
    ];
    await hear(at, 'A', 'zero');
    await change(other, 'A', { text: 'um' });
    await change({ ws: other.ws, channel: at.channel }, 'A', { text: 'um' }).catch(() => undefined);
    expect((await message(at, 'A')).text).toBe('zero');
    await erase(at, 'A');
    await change(at, 'A', { text: 'um', changedAtMs: T + 5 });
    expect((await message(at, 'A')).text).toBe('');
  });
});

describe('a deletion', () => {
  it('leaves an empty place', async () => {
    const at = await openChannel(pool, { grouping: 'FIVE_SEC' });
    await hear(at, 'A', 'segredo');
    await erase(at, 'A', T + 1);
    await erase(at, 'A', T + 2);
    expect(await message(at, 'A')).toMatchObject({ text: '', content: null, deleted_at: new Date(T + 1) });
  });
});

describe('a change before its message', () => {
  it('waits for it', async () => {
    const at = await openChannel(pool, { grouping: 'FIVE_SEC' });
    await change(at, 'A', { text: 'dois', changedAtMs: T + 2 });
    await change(at, 'A', { text: 'um', changedAtMs: T + 1 });
    expect(await parked(at)).toEqual([{ kind: 'EDIT', text: 'dois' }]);
    await hear(at, 'A', 'zero');
    expect(await message(at, 'A')).toMatchObject({ text: 'dois', edited_at: new Date(T + 2), deleted_at: null });
    expect(await parked(at)).toEqual([]);
  });

  it('is a deletion if any of them is', async () => {
    const at = await openChannel(pool, { grouping: 'FIVE_SEC' });
    await erase(at, 'A');
    await change(at, 'A', { text: 'um', changedAtMs: T + 5 });
    await hear(at, 'A', '', 'IMAGE');
    expect(await message(at, 'A')).toMatchObject({
      text: '',
      content: null,
      media_state: null,
      deleted_at: new Date(T),
    });
  });

  it('does not wait for what was forgotten here', async () => {
    const at = await openChannel(pool, { grouping: 'FIVE_SEC' });
    await pool.query('INSERT INTO forgotten_messages (workspace_id, channel_id, provider_id) VALUES ($1, $2, $3)', [
      at.ws,
      at.channel,
      'A',
    ]);
    await erase(at, 'A');
    expect(await parked(at)).toEqual([]);
  });

  it('is applied where the two were stored in one instant, and dropped after a day', async () => {
    const at = await openChannel(pool, { grouping: 'FIVE_SEC' });
    await hear(at, 'A', 'zero');
    await pool.query(
      `INSERT INTO parked_changes (workspace_id, channel_id, provider_id, kind, text, changed_at, created_at) VALUES
       ($1, $2, 'A', 'EDIT', 'um', now(), now()), ($1, $2, 'OLD', 'EDIT', 'um', now(), now() - interval '25 hours'),
       ($1, $2, 'NEW', 'EDIT', 'novo', now(), now() - interval '23 hours')`,
      [at.ws, at.channel],
    );
    await settleParkedChanges(pool);
    expect((await message(at, 'A')).text).toBe('um');
    expect(await parked(at)).toEqual([{ kind: 'EDIT', text: 'novo' }]);
  });
});

describe('a reaction', () => {
  const from = (at: Place, author: string, emoji: string, reactedAtMs = T, rest = {}) =>
    react(pool, {
      ...{ workspaceId: at.ws, channelId: at.channel, aliases: [ANA], targetId: 'A', isPrivate: true },
      ...{ author, emoji, reactedAtMs, ...rest },
    });
  const reactions = async (at: Place) =>
    (await pool.query(`SELECT author, emoji FROM reactions WHERE workspace_id = $1 ORDER BY author`, [at.ws])).rows;

  it('is one for each side, the newest', async () => {
    const at = await openChannel(pool, { grouping: 'FIVE_SEC' });
    await hear(at, 'A', 'oi');
    await from(at, ANA, '❤️', T + 2);
    await from(at, ANA, '👍', T + 1);
    await from(at, 'me', '😀', T);
    expect(await reactions(at)).toEqual([
      { author: ANA, emoji: '❤️' },
      { author: 'me', emoji: '😀' },
    ]);
    await from(at, '2045@lid', '🎂', T + 3);
    expect(await reactions(at)).toEqual([
      { author: '2045@lid', emoji: '🎂' },
      { author: 'me', emoji: '😀' },
    ]);
    await from(at, '2045@lid', '', T + 4);
    expect(await reactions(at)).toEqual([{ author: 'me', emoji: '😀' }]);
  });

  it('is everybody’s own in a group', async () => {
    const at = await openChannel(pool, { grouping: 'FIVE_SEC' });
    await hear(at, 'A', 'oi');
    await from(at, ANA, '❤️', T, { isPrivate: false });
    await from(at, '2045@lid', '🎂', T + 1, { isPrivate: false });
    expect(await reactions(at)).toHaveLength(2);
  });

  it('may be about a message older than ours, in a chat that is known', async () => {
    const at = await openChannel(pool, { grouping: 'FIVE_SEC' });
    await hear(at, 'A', 'oi');
    await from(at, ANA, '❤️', T, { targetId: 'OLD' });
    await from(at, ANA, '❤️', T, { targetId: 'OLD', aliases: ['stranger@s.whatsapp.net'] });
    expect(await reactions(at)).toHaveLength(1);
  });
});
