import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  applyStatuses,
  beginSends,
  bindEchoes,
  loadReconcileScene,
  movePart,
  partsOfTurn,
  recordSent,
  settleParkedStatuses,
} from '../../../src/chats/outbox.queries.js';
import { handToAgent, handToPerson } from '../../../src/chats/takeover.queries.js';
import { type ReceivedMessage, ReceiveMessageService } from '../../../src/conversations/receive-message.service.js';
import {
  type ClaimedTurn,
  claimDueTurns,
  endTurn,
  heartbeat,
  loadScenes,
  parkTurn,
  reclaimTurns,
  releaseOwner,
  settleTurns,
} from '../../../src/conversations/turns.queries.js';
import { hashText } from '../../../src/evolution-api/hash-text.js';
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

const receiver = () =>
  new ReceiveMessageService(
    pool,
    { role: 'all' } as never,
    { wakeHere: () => undefined, announce: () => undefined } as never,
    // Nobody here is known under two names.
    undefined as never,
  );

function said(at: { ws: string; channel: string }, text: string, rest: Partial<ReceivedMessage> = {}): ReceivedMessage {
  return {
    workspaceId: at.ws,
    channelId: at.channel,
    providerId: randomUUID(),
    aliases: ['5581999990000@s.whatsapp.net'],
    address: '5581999990000@s.whatsapp.net',
    name: 'Ana',
    phone: '5581999990000',
    role: 'user',
    author: 'CUSTOMER',
    type: 'TEXT',
    text,
    content: null,
    sentAtMs: Date.now(),
    answer: true,
    ...rest,
  };
}

const count = async (table: string, ws: string, where = 'true') =>
  (await pool.query(`SELECT count(*)::int AS n FROM ${table} WHERE workspace_id = $1 AND ${where}`, [ws])).rows[0].n;

/** Claims the due turns of one workspace; other tests' turns are left as they were claimed. */
async function claim(ws: string, owner = randomUUID()): Promise<ClaimedTurn> {
  const turn = (await claimDueTurns(pool, owner, 1000)).find((t) => t.workspaceId === ws);
  if (!turn) throw new Error('nothing due');
  return turn;
}

/** A thought without a model call, which newer words do not send back. */
const NO_STEP = { step: null, mayRestart: false };

/** One message received, claimed, thought and settled into parts. */
async function settled(at: { ws: string; channel: string }, texts = ['um', 'dois']) {
  await receiver().receive(said(at, 'oi'));
  const turn = await claim(at.ws);
  const [scene] = await loadScenes(pool, [turn]);
  const parts = texts.map((text) => ({
    id: randomUUID(),
    messageId: randomUUID(),
    text,
    textHash: Buffer.from(hashText(text)),
  }));
  const [state] = await settleTurns(pool, [
    {
      turn,
      address: scene!.address,
      servedModel: 'm',
      trace: { a: 1 },
      deliveredLocally: false,
      step: null,
      mayRestart: false,
      parts,
    },
  ]);
  const ask = (n: number, fence = turn.fence) => ({
    workspaceId: at.ws,
    partId: parts[n]!.id,
    turnId: turn.id,
    chatId: turn.chatId,
    channelId: at.channel,
    fence,
  });
  return { turn, parts, state, ask };
}

describe('receiving', () => {
  it('makes contact, aliases, chat, interaction, message and turn of a stranger', async () => {
    const at = await openChannel(pool);
    const received = await receiver().receive(said(at, 'oi'));
    expect(received).toMatchObject({ duplicate: false, turnId: expect.any(String) });
    for (const table of ['contacts', 'chats', 'interactions', 'messages', 'turns'])
      expect([table, await count(table, at.ws)]).toEqual([table, 1]);
    // The phone as it wrote, and as WhatsApp may name it another time: without the ninth digit.
    expect(await count('contact_aliases', at.ws)).toBe(2);
  });

  it('stores one id once, from one batch, two processes, or a year later', async () => {
    const at = await openChannel(pool);
    const [one, other] = [receiver(), receiver()];
    const message = said(at, 'oi');
    const all = await Promise.all(Array.from({ length: 50 }, (_, i) => (i % 2 ? one : other).receive(message)));
    expect(all.filter((r) => !r.duplicate)).toHaveLength(1);
    await pool.query(`UPDATE messages SET created_at = now() - interval '1 year' WHERE workspace_id = $1`, [at.ws]);
    expect(await one.receive(message)).toEqual({ duplicate: true });
    expect(await count('messages', at.ws)).toBe(1);
    expect(await count('turns', at.ws)).toBe(1);
  });

  it('makes one person of a stranger whom two processes meet at once', async () => {
    const at = await openChannel(pool, { grouping: 'FIVE_SEC' });
    await Promise.all(Array.from({ length: 40 }, (_, i) => receiver().receive(said(at, `m${i}`))));
    expect(await count('contacts', at.ws)).toBe(1);
    expect(await count('chats', at.ws)).toBe(1);
    expect(await count('messages', at.ws)).toBe(40);
    const { rows } = await pool.query('SELECT inbound_ids FROM turns WHERE workspace_id = $1', [at.ws]);
    expect(rows).toHaveLength(1);
    expect(new Set(rows[0].inbound_ids).size).toBe(40);
  });

  it('adds a second address to the person who has the first', async () => {
    const at = await openChannel(pool);
    const lid = '2045988112233@lid';
    const phone = '5581999990000@s.whatsapp.net';
    for (const aliases of [[lid], [phone, lid], [phone]])
      await receiver().receive(said(at, 'oi', { aliases, address: aliases[0]! }));
    expect(await count('contacts', at.ws)).toBe(1);
    expect(await count('contact_aliases', at.ws)).toBe(3);
    const { rows } = await pool.query('SELECT address FROM chats WHERE workspace_id = $1', [at.ws]);
    expect(rows).toEqual([{ address: phone }]);
  });

  it('moves the due time with each message, at most three windows', async () => {
    const at = await openChannel(pool, { grouping: 'TEN_SEC' });
    await receiver().receive(said(at, '1'));
    const due = async () =>
      (
        await pool.query<{ s: number }>(
          `SELECT extract(epoch FROM due_at - first_at)::float8 AS s FROM turns WHERE workspace_id = $1`,
          [at.ws],
        )
      ).rows[0]!.s;
    expect(await due()).toBeCloseTo(10, 0);
    await pool.query(`UPDATE turns SET first_at = first_at - interval '5 s' WHERE workspace_id = $1`, [at.ws]);
    await receiver().receive(said(at, '2'));
    expect(await due()).toBeCloseTo(15, 0);
    await pool.query(`UPDATE turns SET first_at = first_at - interval '22 s' WHERE workspace_id = $1`, [at.ws]);
    await receiver().receive(said(at, '3'));
    expect(await due()).toBeCloseTo(30, 0);
  });

  it('opens the next turn when the last one is already being answered', async () => {
    const at = await openChannel(pool);
    await receiver().receive(said(at, '1'));
    const first = await claim(at.ws);
    await receiver().receive(said(at, '2'));
    expect(await count('turns', at.ws, `state = 'COLLECTING'`)).toBe(1);
    expect((await claimDueTurns(pool, randomUUID(), 1000)).filter((t) => t.workspaceId === at.ws)).toEqual([]);
    const [scene] = await loadScenes(pool, [first]);
    expect(scene!.inbound.map((m) => m.text)).toEqual(['1']);
    expect(scene!.history).toEqual([]);
    await endTurn(pool, first, 'SKIPPED', 'human');
    const second = await claim(at.ws);
    const [next] = await loadScenes(pool, [second]);
    expect([next!.history.map((m) => m.text), next!.inbound.map((m) => m.text)]).toEqual([['1'], ['2']]);
  });

  it('never mixes two tenants that know the same number', async () => {
    const [a, b] = [await openChannel(pool), await openChannel(pool)];
    const service = receiver();
    await Promise.all([service.receive(said(a, 'de a')), service.receive(said(b, 'de b'))]);
    for (const [at, text] of [
      [a, 'de a'],
      [b, 'de b'],
    ] as const) {
      const [scene] = await loadScenes(pool, [await claim(at.ws).catch(() => lastTurn(at.ws))]);
      expect([...scene!.history, ...scene!.inbound].map((m) => m.text)).toEqual([text]);
    }
  });

  it('lets a poisonous row fail alone', async () => {
    const at = await openChannel(pool);
    const service = receiver();
    const results = await Promise.allSettled([
      service.receive(said(at, 'bom')),
      service.receive(said(at, 'mau', { type: 'TEXT', author: 'NOBODY' as never })),
      service.receive(said(at, 'bom também')),
    ]);
    expect(results.map((r) => r.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await count('messages', at.ws)).toBe(2);
  });
});

/** The claimed turn of a workspace whose claim went to another test's batch. */
async function lastTurn(ws: string): Promise<ClaimedTurn> {
  const { rows } = await pool.query(
    `SELECT workspace_id AS "workspaceId", id, chat_id AS "chatId", channel_id AS "channelId", agent_id AS "agentId", state,
            epoch, fence, attempt, inbound_ids AS "inboundIds" FROM turns WHERE workspace_id = $1`,
    [ws],
  );
  return rows[0];
}

describe('owning a turn', () => {
  it('is claimed by one of many', async () => {
    const at = await openChannel(pool);
    await receiver().receive(said(at, 'oi'));
    const claims = await Promise.all(Array.from({ length: 8 }, () => claimDueTurns(pool, randomUUID(), 1000)));
    expect(claims.flat().filter((t) => t.workspaceId === at.ws)).toHaveLength(1);
  });

  it('is never waited for: a claim passes by what another one holds', async () => {
    const at = await openChannel(pool);
    await receiver().receive(said(at, 'oi'));
    await inTransaction(pool, async (tx) => {
      await tx.query('SELECT 1 FROM turns WHERE workspace_id = $1 FOR UPDATE', [at.ws]);
      const claimed = await claimDueTurns(pool, randomUUID(), 1000);
      expect(claimed.filter((t) => t.workspaceId === at.ws)).toEqual([]);
    });
    expect((await claim(at.ws)).state).toBe('THINKING');
  });

  it('is resumed when its lease ends, and the old owner can do nothing any more', async () => {
    const at = await openChannel(pool);
    await receiver().receive(said(at, 'oi'));
    const old = await claim(at.ws);
    await parkTurn(pool, old, 0);
    const resumed = (await reclaimTurns(pool, randomUUID(), 1000)).find((t) => t.workspaceId === at.ws)!;
    expect(resumed.fence).toBe(old.fence + 1);
    const thought = (turn: ClaimedTurn) => ({
      turn,
      address: 'a',
      servedModel: 'm',
      trace: null,
      deliveredLocally: false,
      ...NO_STEP,
      parts: [{ id: randomUUID(), messageId: randomUUID(), text: 'x', textHash: Buffer.from(hashText('x')) }],
    });
    expect(await settleTurns(pool, [thought(old)])).toEqual([undefined]);
    expect(await endTurn(pool, old, 'FAILED', 'x')).toBe(false);
    expect(await count('outbound_parts', at.ws)).toBe(0);
    expect(await settleTurns(pool, [thought(resumed)])).toEqual(['SENDING']);
    expect(await count('outbound_parts', at.ws)).toBe(1);
  });

  it('is kept by heartbeats, for the turns in hand only', async () => {
    const at = await openChannel(pool);
    await receiver().receive(said(at, 'oi'));
    const owner = randomUUID();
    const turn = await claim(at.ws, owner);
    await pool.query(`UPDATE turns SET lease_until = now() - interval '1 s' WHERE id = $1`, [turn.id]);
    await heartbeat(pool, owner, []);
    expect(await count('turns', at.ws, 'lease_until < now()')).toBe(1);
    await heartbeat(pool, owner, [turn.id]);
    expect(await count('turns', at.ws, 'lease_until > now()')).toBe(1);
    await releaseOwner(pool, owner);
    expect(await count('turns', at.ws, 'lease_until <= now()')).toBe(1);
  });

  it('is void once a person acted', async () => {
    const at = await openChannel(pool);
    await receiver().receive(said(at, 'oi'));
    const turn = await claim(at.ws);
    await inTransaction(pool, (tx) => handToPerson(tx, at.ws, turn.chatId));
    const part = { id: randomUUID(), messageId: randomUUID(), text: 'x', textHash: Buffer.from(hashText('x')) };
    const thought = {
      turn,
      address: 'a',
      servedModel: 'm',
      trace: null,
      deliveredLocally: false,
      ...NO_STEP,
      parts: [part],
    };
    expect(await count('turns', at.ws, `state = 'SKIPPED' AND reason = 'human'`)).toBe(1);
    expect(await settleTurns(pool, [thought])).toEqual([undefined]);
    expect(await count('outbound_parts', at.ws)).toBe(0);
    expect(await count('interactions', at.ws, `status = 'WAITING'`)).toBe(1);
  });

  it('drops the thought where the epoch has risen in any other way', async () => {
    const at = await openChannel(pool);
    await receiver().receive(said(at, 'oi'));
    const turn = await claim(at.ws);
    await inTransaction(pool, (tx) => handToAgent(tx, at.ws, turn.chatId));
    const part = { id: randomUUID(), messageId: randomUUID(), text: 'x', textHash: Buffer.from(hashText('x')) };
    const thought = {
      turn,
      address: 'a',
      servedModel: 'm',
      trace: null,
      deliveredLocally: false,
      ...NO_STEP,
      parts: [part],
    };
    expect(await settleTurns(pool, [thought])).toEqual(['SKIPPED']);
    expect(await count('outbound_parts', at.ws)).toBe(0);
    expect(await count('turns', at.ws, `state = 'SKIPPED' AND reason = 'human'`)).toBe(1);
  });
});

describe('a receipt that was stored in the same instant as its send', () => {
  it.each([
    { name: 'rises', before: 'SENT', parked: 'READ', after: 'READ' },
    { name: 'never lowers', before: 'PLAYED', parked: 'DELIVERED', after: 'PLAYED' },
  ])('$name', async ({ before, parked, after }) => {
    const at = await openChannel(pool);
    const { parts } = await settled(at);
    await pool.query(`UPDATE messages SET provider_id = $2, status = $3 WHERE id = $1`, [
      parts[0]!.messageId,
      'R1',
      before,
    ]);
    await pool.query(
      `INSERT INTO parked_statuses (workspace_id, channel_id, provider_id, status) VALUES ($1, $2, 'R1', $3), ($1, $2, 'R2', $3)`,
      [at.ws, at.channel, parked],
    );
    await settleParkedStatuses(pool);
    const { rows } = await pool.query('SELECT status FROM messages WHERE id = $1', [parts[0]!.messageId]);
    expect(rows).toEqual([{ status: after }]);
    // The one whose message is not known waits on.
    expect(await count('parked_statuses', at.ws)).toBe(1);
  });
});

describe('sending', () => {
  it('begins a part once, whoever asks and however often', async () => {
    const at = await openChannel(pool);
    const { ask } = await settled(at);
    const begins = await Promise.all(Array.from({ length: 6 }, () => beginSends(pool, [ask(0)])));
    expect(begins.flat().sort()).toEqual(['began', 'lost', 'lost', 'lost', 'lost', 'lost']);
  });

  it.each([
    { name: 'an old fence', spoil: async () => undefined, fence: 0, expected: 'lost' },
    {
      name: 'a person who took over since',
      spoil: (ws: string) => pool.query('UPDATE chats SET epoch = epoch + 1 WHERE workspace_id = $1', [ws]),
      expected: 'human',
    },
    {
      name: 'a number that is not connected',
      spoil: (ws: string) => pool.query(`UPDATE channels SET state = 'close' WHERE workspace_id = $1`, [ws]),
      expected: 'channel_closed',
    },
  ])('does not begin with $name', async ({ spoil, fence, expected }) => {
    const at = await openChannel(pool);
    const { ask } = await settled(at);
    await spoil(at.ws);
    expect(await beginSends(pool, [ask(0, fence)])).toEqual([expected]);
    expect(await count('outbound_parts', at.ws, `state = 'SENDING'`)).toBe(0);
  });

  it('ends the turn with its last part, and applies a status that was early', async () => {
    const at = await openChannel(pool);
    const { ask, parts } = await settled(at);
    await applyStatuses(pool, [{ workspaceId: at.ws, channelId: at.channel, providerId: 'P1', status: 'DELIVERED' }]);
    for (const [n, providerId] of [
      [0, 'P1'],
      [1, 'P2'],
    ] as const) {
      await beginSends(pool, [ask(n)]);
      expect(await count('turns', at.ws, `state = 'SENDING'`)).toBe(1);
      expect(await recordSent(pool, [{ workspaceId: at.ws, partId: parts[n]!.id, providerId }])).toEqual([true]);
    }
    expect(await count('turns', at.ws, `state = 'DONE'`)).toBe(1);
    const { rows } = await pool.query(
      `SELECT provider_id, status FROM messages WHERE workspace_id = $1 AND role = 'assistant' ORDER BY seq`,
      [at.ws],
    );
    expect(rows).toEqual([
      { provider_id: 'P1', status: 'DELIVERED' },
      { provider_id: 'P2', status: 'SENT' },
    ]);
    await applyStatuses(pool, [{ workspaceId: at.ws, channelId: at.channel, providerId: 'P2', status: 'READ' }]);
    await applyStatuses(pool, [{ workspaceId: at.ws, channelId: at.channel, providerId: 'P2', status: 'DELIVERED' }]);
    expect(await count('messages', at.ws, `provider_id = 'P2' AND status = 'READ'`)).toBe(1);
    expect(await count('parked_statuses', at.ws)).toBe(0);
  });

  const echo = (at: { ws: string; channel: string }, providerId: string, text: string) => ({
    workspaceId: at.ws,
    channelId: at.channel,
    providerId,
    aliases: ['5581999990000@s.whatsapp.net'],
    textHash: Buffer.from(hashText(text)),
  });

  it('takes an echo as the proof, before or after the answer, once', async () => {
    const at = await openChannel(pool);
    const { ask, parts } = await settled(at, ['ok', 'ok']);
    expect(await bindEchoes(pool, [echo(at, 'E0', 'ok')])).toEqual(['foreign']);
    await beginSends(pool, [ask(0)]);
    expect(await bindEchoes(pool, [echo(at, 'E1', ' ok\r\n')])).toEqual(['bound']);
    expect(await recordSent(pool, [{ workspaceId: at.ws, partId: parts[0]!.id, providerId: 'E1' }])).toEqual([false]);
    await beginSends(pool, [ask(1)]);
    expect(await bindEchoes(pool, [echo(at, 'E1', 'ok')])).toEqual(['known']);
    expect(await bindEchoes(pool, [echo(at, 'E9', 'outra coisa')])).toEqual(['pending']);
    await recordSent(pool, [{ workspaceId: at.ws, partId: parts[1]!.id, providerId: 'E2' }]);
    expect(await bindEchoes(pool, [echo(at, 'E2', 'ok')])).toEqual(['known']);
    const { rows } = await pool.query(`SELECT provider_id FROM outbound_parts WHERE workspace_id = $1 ORDER BY n`, [
      at.ws,
    ]);
    expect(rows.map((r) => r.provider_id)).toEqual(['E1', 'E2']);
  });

  it('binds one echo to one part though it came three times in one batch', async () => {
    const at = await openChannel(pool);
    const { ask } = await settled(at, ['ok', 'ok']);
    await beginSends(pool, [ask(0)]);
    const outcomes = await bindEchoes(pool, [echo(at, 'E1', 'ok'), echo(at, 'E1', 'ok'), echo(at, 'E1', 'ok')]);
    expect(outcomes.filter((o) => o === 'bound')).toHaveLength(1);
    expect(await count('outbound_parts', at.ws, `state = 'SENT'`)).toBe(1);
  });

  it('gives two echoes of one batch to two parts of the same text, the one in flight first', async () => {
    const at = await openChannel(pool);
    const { ask, parts } = await settled(at, ['ok', 'ok']);
    await beginSends(pool, [ask(0)]);
    await movePart(pool, at.ws, parts[0]!.id, 'SENDING', 'UNKNOWN', 'timeout');
    await beginSends(pool, [ask(1)]);
    expect(await bindEchoes(pool, [echo(at, 'E1', 'ok')])).toEqual(['bound']);
    const states = async () =>
      (await pool.query('SELECT state FROM outbound_parts WHERE workspace_id = $1 ORDER BY n', [at.ws])).rows;
    expect(await states()).toEqual([{ state: 'UNKNOWN' }, { state: 'SENT' }]);
    expect(await bindEchoes(pool, [echo(at, 'E2', 'ok'), echo(at, 'E3', 'ok')])).toEqual(
      expect.arrayContaining(['bound', 'foreign']),
    );
    expect(await states()).toEqual([{ state: 'SENT' }, { state: 'SENT' }]);
  });

  it('takes no older send of the gateway’s records for a part that began later', async () => {
    const at = await openChannel(pool);
    const { ask } = await settled(at, ['ok', 'ok']);
    await beginSends(pool, [ask(0)]);
    const now = Date.now();
    expect(await bindEchoes(pool, [{ ...echo(at, 'F1', 'ok'), sentAtMs: now - 60_000 }])).toEqual(['pending']);
    expect(await bindEchoes(pool, [{ ...echo(at, 'F2', 'ok'), sentAtMs: now - 3_000 }])).toEqual(['bound']);
  });

  it('settles an uncertain part by a late echo and lets its turn go on', async () => {
    const at = await openChannel(pool);
    const { ask, parts, turn } = await settled(at);
    await beginSends(pool, [ask(0)]);
    expect(await movePart(pool, at.ws, parts[0]!.id, 'SENDING', 'UNKNOWN', 'timeout')).toBe(true);
    await parkTurn(pool, turn, 75_000);
    const scene = await loadReconcileScene(pool, at.ws, parts[0]!.id);
    expect(scene).toMatchObject({ openSince: true, aliases: expect.arrayContaining(['5581999990000@s.whatsapp.net']) });
    expect(scene!.canary).toBeTruthy();
    expect(await bindEchoes(pool, [echo(at, 'L1', 'um')])).toEqual(['bound']);
    const resumed = (await reclaimTurns(pool, randomUUID(), 1000)).find((t) => t.id === turn.id);
    expect(resumed?.state).toBe('SENDING');
    expect((await partsOfTurn(pool, at.ws, turn.id)).map((p) => p.state)).toEqual(['SENT', 'PENDING']);
  });
});

describe('a person on the phone', () => {
  const typed = (at: { ws: string; channel: string }, rest: Partial<ReceivedMessage> = {}) =>
    said(at, 'deixa comigo', { role: 'assistant', author: 'HUMAN', name: null, answer: false, takes: true, ...rest });
  const chat = async (ws: string) =>
    (await pool.query('SELECT epoch, human_talk, human_at FROM chats WHERE workspace_id = $1', [ws])).rows[0];

  it('makes void, in the statement that stores the message, what has not begun to leave', async () => {
    const at = await openChannel(pool);
    const { ask } = await settled(at);
    await receiver().receive(typed(at));
    expect(await chat(at.ws)).toEqual({ epoch: 1, human_talk: true, human_at: expect.any(Date) });
    expect(await count('interactions', at.ws, `status = 'WAITING'`)).toBe(1);
    await beginSends(pool, [ask(0)]);
    expect(await count('outbound_parts', at.ws, `state = 'SENDING'`)).toBe(0);
  });

  it('takes over once, however often it is reported', async () => {
    const at = await openChannel(pool);
    await receiver().receive(said(at, 'oi'));
    const message = typed(at);
    await Promise.all([receiver().receive(message), receiver().receive(message), receiver().receive(message)]);
    await receiver().receive(message);
    expect(await chat(at.ws)).toMatchObject({ epoch: 1 });
  });

  it('has a chat that begins with them', async () => {
    const at = await openChannel(pool);
    await receiver().receive(typed(at));
    expect(await chat(at.ws)).toMatchObject({ human_talk: true, human_at: expect.any(Date) });
    expect(await count('interactions', at.ws, `status = 'WAITING'`)).toBe(1);
  });
});

describe('an owner who wants to be told', () => {
  const EVENTS = ['onNewMessage', 'onFirstInteraction', 'onStartInteraction'];

  async function openHooked(addresses = EVENTS) {
    const at = await openChannel(pool);
    const url = (event: string) => (addresses.includes(event) ? `https://example.com/${event}` : null);
    await pool.query(
      `INSERT INTO agent_hooks (workspace_id, agent_id, on_new_message, on_first_interaction, on_start_interaction)
       SELECT workspace_id, id, $2, $3, $4 FROM agents WHERE workspace_id = $1
       ON CONFLICT (workspace_id, agent_id) DO UPDATE SET on_new_message = excluded.on_new_message,
         on_first_interaction = excluded.on_first_interaction, on_start_interaction = excluded.on_start_interaction`,
      [at.ws, ...EVENTS.map(url)],
    );
    return at;
  }
  const queued = async (ws: string) =>
    (await pool.query('SELECT event, url, payload FROM hook_deliveries WHERE workspace_id = $1 ORDER BY event', [ws]))
      .rows;
  const events = async (ws: string) => (await queued(ws)).map(({ event }) => event);
  const forget = (ws: string) => pool.query('DELETE FROM hook_deliveries WHERE workspace_id = $1', [ws]);

  it('is told of the first word in the commit that stores it', async () => {
    const at = await openHooked();
    const received = await receiver().receive(said(at, 'oi', { text: 'Bom dia' }));
    if (received.duplicate) throw new Error('stored nothing');
    const { rows } = await pool.query('SELECT id, contact_id, agent_id FROM chats WHERE workspace_id = $1', [at.ws]);
    const interaction = await pool.query('SELECT id, agent_id FROM interactions WHERE workspace_id = $1', [at.ws]);
    const about = {
      workspaceId: at.ws,
      agentId: interaction.rows[0].agent_id,
      channelId: at.channel,
      chatId: rows[0].id,
      contactId: rows[0].contact_id,
      name: 'Ana',
      phone: '5581999990000',
      interactionId: interaction.rows[0].id,
    };
    const message = { id: received.messageId, type: 'TEXT', text: 'Bom dia' };
    expect(await queued(at.ws)).toEqual([
      { event: 'onFirstInteraction', url: 'https://example.com/onFirstInteraction', payload: about },
      { event: 'onNewMessage', url: 'https://example.com/onNewMessage', payload: { ...about, message } },
      { event: 'onStartInteraction', url: 'https://example.com/onStartInteraction', payload: about },
    ]);
  });

  it('is told once of what comes twice', async () => {
    const at = await openHooked();
    const first = said(at, 'oi');
    await receiver().receive(first);
    await receiver().receive(first);
    expect(await events(at.ws)).toEqual(['onFirstInteraction', 'onNewMessage', 'onStartInteraction']);
  });

  it('is told of each message of a batch, and of one interaction', async () => {
    const at = await openHooked();
    const door = receiver();
    await Promise.all(['um', 'dois', 'três'].map((text) => door.receive(said(at, text))));
    expect(await events(at.ws)).toEqual([
      'onFirstInteraction',
      'onNewMessage',
      'onNewMessage',
      'onNewMessage',
      'onStartInteraction',
    ]);
  });

  it('is told of a later interaction as of one that starts, not as of the first', async () => {
    const at = await openHooked();
    await receiver().receive(said(at, 'oi'));
    await pool.query(`UPDATE interactions SET status = 'RESOLVED', resolved_at = now() WHERE workspace_id = $1`, [
      at.ws,
    ]);
    await forget(at.ws);
    await receiver().receive(said(at, 'de novo', { name: null, phone: null }));
    expect(await events(at.ws)).toEqual(['onNewMessage', 'onStartInteraction']);
    expect((await queued(at.ws))[0].payload).toMatchObject({ name: 'Ana', phone: '5581999990000' });
  });

  it('is not told of what its own people write', async () => {
    const at = await openHooked();
    await receiver().receive(said(at, 'oi'));
    await forget(at.ws);
    await receiver().receive(said(at, 'pessoa', { role: 'assistant', author: 'HUMAN', answer: false, takes: true }));
    expect(await events(at.ws)).toEqual([]);
  });

  it.each(EVENTS)('is told of %s alone where it gave no other address', async (event) => {
    const at = await openHooked([event]);
    await receiver().receive(said(at, 'oi'));
    expect(await events(at.ws)).toEqual([event]);
  });

  it('is not told where it gave none', async () => {
    const at = await openHooked([]);
    await receiver().receive(said(at, 'oi'));
    expect(await events(at.ws)).toEqual([]);
  });
});
