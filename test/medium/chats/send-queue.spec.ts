import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openChat } from '../../../src/chats/open-chat.queries.js';
import {
  beginSends,
  bindEchoes,
  cancelPart,
  failPendingParts,
  partsOfTurn,
  recordSent,
} from '../../../src/chats/outbox.queries.js';
import { queueSend, wasQueued } from '../../../src/chats/send-message.queries.js';
import { handToAgent, handToPerson, lockChat } from '../../../src/chats/takeover.queries.js';
import { type ClaimedTurn, claimSends, endTurn, reclaimTurns } from '../../../src/conversations/turns.queries.js';
import { hashContent } from '../../../src/evolution-api/hash-text.js';
import { createPool } from '../../../src/prisma/database.pool.js';
import { inTransaction } from '../../../src/prisma/transaction.queries.js';
import { createTestDatabase } from '../../support/database.js';
import { openChannel } from '../../support/open-channel.js';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let pool: pg.Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url, 8);
});
afterAll(async () => {
  await pool?.end();
  await database?.drop();
});

const JID = '5581999990000@s.whatsapp.net';

/** A workspace with a channel and an open chat on it. */
async function openedChat() {
  const { ws, agent, channel } = await openChannel(pool);
  const to = { workspaceId: ws, channelId: channel, aliases: [JID], phone: '5581999990000' };
  const chat = await inTransaction(pool, (tx) =>
    openChat(tx, { ...to, contactId: randomUUID(), chatId: randomUUID() }),
  );
  return { ws, agent, channel, chat };
}
type Place = Awaited<ReturnType<typeof openedChat>>;

const image = { kind: 'IMAGE', url: 'https://cdn.example.com/a.png', fileName: 'a.png', mimetype: null } as const;

/** Queues a picture with this caption; answers its message's id. */
async function queue(at: Place, text: string, messageId: string = randomUUID()) {
  const isNew = await inTransaction(pool, async (tx) => {
    await lockChat(tx, at.ws, at.chat);
    return queueSend(tx, {
      ...{ workspaceId: at.ws, chatId: at.chat, messageId, author: 'API', userId: null, type: 'IMAGE', text },
      ...{ partId: randomUUID(), turnId: randomUUID(), interactionId: randomUUID(), content: { mediaUrl: image.url } },
      ...{ media: image, textHash: Buffer.from(hashContent('IMAGE', text)), quotedId: null },
    });
  });
  return { messageId, isNew };
}

const claim = async (at: Place, owner = randomUUID()) =>
  (await claimSends(pool, owner, 1_000)).filter((turn) => turn.workspaceId === at.ws);
const messageIn = async (at: Place, turn: ClaimedTurn) => (await partsOfTurn(pool, at.ws, turn.id))[0]!.text;
const ask = (at: Place, turn: ClaimedTurn, partId: string) => ({
  ...{ workspaceId: at.ws, partId, turnId: turn.id, chatId: at.chat, channelId: at.channel, fence: turn.fence },
});
const rows = async (at: Place, sql: string) => (await pool.query(sql, [at.ws])).rows;

describe('queued sends', () => {
  it('of one chat are claimed one at a time, in their order', async () => {
    const at = await openedChat();
    for (const text of ['um', 'dois', 'três']) await queue(at, text);
    for (const text of ['um', 'dois', 'três']) {
      const [[turn, ...more], second] = [await claim(at), await claim(at)];
      expect([more, second]).toEqual([[], []]);
      expect([turn!.kind, turn!.state, await messageIn(at, turn!)]).toEqual(['SEND', 'SENDING', text]);
      const [part] = await partsOfTurn(pool, at.ws, turn!.id);
      expect(part).toMatchObject({ state: 'PENDING', media: image, text });
      expect(await beginSends(pool, [ask(at, turn!, part!.id)])).toEqual(['began']);
      await recordSent(pool, [{ workspaceId: at.ws, partId: part!.id, providerId: `P-${text}` }]);
    }
    expect(await rows(at, `SELECT DISTINCT state FROM turns WHERE workspace_id = $1`)).toEqual([{ state: 'DONE' }]);
  });

  it('however many workers ask, each is given out once', async () => {
    const at = await openedChat();
    await queue(at, 'um');
    await queue(at, 'dois');
    const given = (await Promise.all(Array.from({ length: 6 }, () => claim(at)))).flat();
    expect(given).toHaveLength(1);
  });

  it('wait while the agent’s turn is active', async () => {
    const at = await openedChat();
    const agentTurn = async (state: string) =>
      pool.query(
        `INSERT INTO turns (workspace_id, id, chat_id, channel_id, agent_id, state, due_at, epoch, inbound_ids)
         VALUES ($1, $2, $3, $4, $5, $6, now(), 0, ARRAY[$2::uuid])`,
        [at.ws, randomUUID(), at.chat, at.channel, at.agent, state],
      );
    await agentTurn('THINKING');
    await queue(at, 'um');
    expect(await claim(at)).toEqual([]);
    await pool.query(`UPDATE turns SET state = 'DONE' WHERE workspace_id = $1 AND state = 'THINKING'`, [at.ws]);
    expect(await claim(at)).toHaveLength(1);
    // And the other way round: the database allows one active turn.
    await expect(agentTurn('THINKING')).rejects.toMatchObject({ code: '23505' });
  });

  it('queued twice under one id are one, in parallel too', async () => {
    const at = await openedChat();
    const id = randomUUID();
    const queued = await Promise.all([1, 2, 3].map(() => queue(at, 'um', id)));
    expect(queued.filter((q) => q.isNew)).toHaveLength(1);
    expect(await inTransaction(pool, (tx) => wasQueued(tx, at.ws, id))).toBe(true);
    expect(await rows(at, `SELECT count(*)::int AS n FROM turns WHERE workspace_id = $1`)).toEqual([{ n: 1 }]);
    expect(await rows(at, `SELECT count(*)::int AS n FROM outbound_parts WHERE workspace_id = $1`)).toEqual([{ n: 1 }]);
  });

  it('are not voided by whoever takes the chat or gives it back', async () => {
    const at = await openedChat();
    await queue(at, 'um');
    const [turn] = await claim(at);
    await inTransaction(pool, (tx) => handToPerson(tx, at.ws, at.chat, { userId: randomUUID() }));
    await inTransaction(pool, (tx) => handToAgent(tx, at.ws, at.chat));
    const [part] = await partsOfTurn(pool, at.ws, turn!.id);
    expect(part!.state).toBe('PENDING');
    expect(await beginSends(pool, [ask(at, turn!, part!.id)])).toEqual(['began']);
  });

  it('of a dead worker are taken over, and the dead one can begin nothing', async () => {
    const at = await openedChat();
    await queue(at, 'um');
    const [turn] = await claim(at);
    await pool.query(`UPDATE turns SET lease_until = now() WHERE workspace_id = $1`, [at.ws]);
    const [again] = (await reclaimTurns(pool, randomUUID(), 1_000)).filter((t) => t.workspaceId === at.ws);
    const [part] = await partsOfTurn(pool, at.ws, turn!.id);
    expect(await beginSends(pool, [ask(at, turn!, part!.id)])).toEqual(['lost']);
    expect(await beginSends(pool, [ask(at, again!, part!.id)])).toEqual(['began']);
  });

  it('are proven by the echo of their kind and caption, and by nothing else', async () => {
    const at = await openedChat();
    await queue(at, 'a conta');
    const [turn] = await claim(at);
    const [part] = await partsOfTurn(pool, at.ws, turn!.id);
    await beginSends(pool, [ask(at, turn!, part!.id)]);
    const echo = (providerId: string, type: string, text: string) => ({
      ...{ workspaceId: at.ws, channelId: at.channel, providerId, aliases: [JID] },
      textHash: Buffer.from(hashContent(type, text)),
    });
    const others = [echo('A', 'IMAGE', ''), echo('B', 'VIDEO', 'a conta'), echo('C', 'TEXT', 'a conta')];
    expect(await bindEchoes(pool, others)).toEqual(['pending', 'pending', 'pending']);
    expect(await bindEchoes(pool, [echo('D', 'IMAGE', 'a conta')])).toEqual(['bound']);
    expect(await bindEchoes(pool, [echo('D', 'IMAGE', 'a conta')])).toEqual(['known']);
    expect(await rows(at, `SELECT state FROM turns WHERE workspace_id = $1`)).toEqual([{ state: 'DONE' }]);
  });

  it('can be cancelled until they begin', async () => {
    const at = await openedChat();
    const { messageId } = await queue(at, 'um');
    const later = await queue(at, 'dois');
    const [turn] = await claim(at);
    const [part] = await partsOfTurn(pool, at.ws, turn!.id);
    expect(await cancelPart(pool, at.ws, later.messageId)).toBe(true);
    await beginSends(pool, [ask(at, turn!, part!.id)]);
    expect(await cancelPart(pool, at.ws, messageId)).toBe(false);
    expect(await rows(at, `SELECT state, reason FROM turns WHERE workspace_id = $1 ORDER BY due_at`)).toEqual([
      { state: 'SENDING', reason: null },
      { state: 'SKIPPED', reason: 'canceled' },
    ]);
    expect(await rows(at, `SELECT status FROM messages WHERE workspace_id = $1 ORDER BY seq`)).toEqual([
      { status: 'QUEUED' },
      { status: 'CANCELED' },
    ]);
  });

  it('that are given up show as failed', async () => {
    const at = await openedChat();
    await queue(at, 'um');
    const [turn] = await claim(at);
    await inTransaction(pool, async (tx) => {
      await endTurn(tx, turn!, 'FAILED', 'channel_closed');
      await failPendingParts(tx, at.ws, turn!.id, 'channel_closed');
    });
    expect(
      await rows(
        at,
        `SELECT m.status, p.state, p.error FROM messages m JOIN outbound_parts p ON p.message_id = m.id
                           WHERE m.workspace_id = $1`,
      ),
    ).toEqual([{ status: 'FAILED', state: 'FAILED', error: 'channel_closed' }]);
  });
});

describe('opening a chat', () => {
  it('by many at once, with an address each, makes one contact and one chat', async () => {
    const at = await openedChat();
    const forms = ['5531988887777@s.whatsapp.net', '553188887777@s.whatsapp.net'];
    const open = (aliases: string[]) =>
      inTransaction(pool, (tx) => {
        const ids = { contactId: randomUUID(), chatId: randomUUID() };
        return openChat(tx, { workspaceId: at.ws, channelId: at.channel, aliases, phone: null, ...ids });
      });
    const chats = await Promise.all(Array.from({ length: 6 }, () => open(forms)));
    expect(new Set([...chats, await open([...forms].reverse())]).size).toBe(1);
    expect(await rows(at, `SELECT count(*)::int AS n FROM contacts WHERE workspace_id = $1`)).toEqual([{ n: 2 }]);
  });
});
