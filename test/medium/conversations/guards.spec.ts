import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applyStatuses, beginSends, bindEchoes, recordSent } from '../../../src/chats/outbox.queries.js';
import { handToPerson } from '../../../src/chats/takeover.queries.js';
import { ReceiveMessageService } from '../../../src/conversations/receive-message.service.js';
import { beginSteps, endStep } from '../../../src/conversations/turn-steps.queries.js';
import {
  type ClaimedTurn,
  claimDueTurns,
  endTurn,
  parkTurn,
  reclaimTurns,
  settleTurns,
} from '../../../src/conversations/turns.queries.js';
import { hashText } from '../../../src/evolution-api/hash-text.js';
import { createPool } from '../../../src/prisma/database.pool.js';
import { createTestDatabase } from '../../support/database.js';
import { type OpenedChannel, openChannel } from '../../support/open-channel.js';

const ANA = '5581999990000@s.whatsapp.net';

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

type Place = OpenedChannel;

/** Ana says something. */
async function hear({ ws, channel }: Place, providerId: string = randomUUID()): Promise<void> {
  const wakeups = { wakeHere: () => undefined, announce: () => undefined };
  const receiver = new ReceiveMessageService(pool, { role: 'all' } as never, wakeups as never, undefined as never);
  await receiver.receive({
    workspaceId: ws,
    channelId: channel,
    providerId,
    aliases: [ANA],
    address: ANA,
    name: 'Ana',
    phone: '5581999990000',
    role: 'user',
    author: 'CUSTOMER',
    type: 'TEXT',
    text: 'oi',
    content: null,
    sentAtMs: Date.now(),
    answer: true,
  });
}

/** Ana's turn, as one worker claims it. */
async function claimed(at: Place): Promise<ClaimedTurn> {
  await hear(at);
  return (await claimDueTurns(pool, randomUUID(), 1_000)).find((turn) => turn.workspaceId === at.ws)!;
}

/** The same turn in the hands of the next worker. */
async function taken(turn: ClaimedTurn): Promise<ClaimedTurn> {
  await parkTurn(pool, turn, 0);
  return (await reclaimTurns(pool, randomUUID(), 1_000)).find(({ id }) => id === turn.id)!;
}

function settle(turn: ClaimedTurn, texts: readonly string[] = ['um', 'dois']) {
  const parts = texts.map((text) => ({
    id: randomUUID(),
    messageId: randomUUID(),
    text,
    textHash: Buffer.from(hashText(text)),
  }));
  const thought = {
    turn,
    address: ANA,
    servedModel: 'm',
    trace: {},
    deliveredLocally: false,
    step: null,
    mayRestart: false,
    parts,
  };
  return { parts, done: settleTurns(pool, [thought]).then(([state]) => state) };
}

const step = (turn: ClaimedTurn, n = 1) => ({ turn, n, kind: 'MODEL' as const, name: 'm', request: null });
const first = async <T>(answers: Promise<readonly T[]>): Promise<T> => (await answers)[0]!;
const askFor = (turn: ClaimedTurn, partId: string) => ({
  workspaceId: turn.workspaceId,
  partId,
  turnId: turn.id,
  chatId: turn.chatId,
  channelId: turn.channelId,
  fence: turn.fence,
});

/** What `work` answers when a person takes the chat while it begins: the take-over is written, and not yet committed. */
function whileTaken<T>({ workspaceId, chatId }: ClaimedTurn, work: () => Promise<T>): Promise<T> {
  return during((person) => handToPerson(person, workspaceId, chatId, { reason: 'x' }), work);
}

/** What `work` answers when it begins after `act` was written and before it is committed. */
async function during<T>(act: (person: pg.PoolClient) => Promise<unknown>, work: () => Promise<T>): Promise<T> {
  const person = await pool.connect();
  try {
    await person.query('BEGIN');
    await act(person);
    const { rows } = await person.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    const result = work();
    await Promise.race([result, hasWaiter(rows[0]!.pid)]);
    await person.query('COMMIT');
    return await result;
  } finally {
    person.release();
  }
}

async function hasWaiter(pid: number): Promise<void> {
  for (;;) {
    const { rows } = await pool.query(`SELECT 1 FROM pg_stat_activity WHERE $1 = ANY (pg_blocking_pids(pid))`, [pid]);
    if (rows.length > 0) return;
    await new Promise((done) => setTimeout(done, 5));
  }
}

describe('a worker that lives', () => {
  it('keeps its turn: nobody reclaims it before its lease has ended', async () => {
    const turn = await claimed(await openChannel(pool));
    const reclaimed = await reclaimTurns(pool, randomUUID(), 1_000);
    expect(reclaimed.filter(({ id }) => id === turn.id)).toEqual([]);
  });
});

describe('a worker that lost its turn to another', () => {
  it('keeps no thought of it, and cannot end it', async () => {
    const at = await openChannel(pool);
    const old = await claimed(at);
    const next = await taken(old);
    expect(await settle(old).done).toBeUndefined();
    expect(await endTurn(pool, old, 'FAILED', 'x')).toBe(false);
    expect(await settle(next).done).toBe('SENDING');
  });

  it('begins no call and completes none', async () => {
    const at = await openChannel(pool);
    const old = await claimed(at);
    expect(await first(beginSteps(pool, [step(old)]))).toBe(true);
    const next = await taken(old);
    expect(await first(beginSteps(pool, [step(old)]))).toBe(false);
    expect(await first(beginSteps(pool, [step(next)]))).toBe(true);
    expect(await endStep(pool, old, { n: 1, state: 'DONE', result: null } as never)).toBe(false);
  });
});

describe('a worker whose lease runs', () => {
  it('keeps its turn', async () => {
    const turn = await claimed(await openChannel(pool));
    expect((await reclaimTurns(pool, randomUUID(), 1_000)).map(({ id }) => id)).not.toContain(turn.id);
    expect(await settle(turn).done).toBe('SENDING');
  });
});

describe('a call in the journal', () => {
  it('that is complete is not begun again', async () => {
    const turn = await claimed(await openChannel(pool));
    await beginSteps(pool, [step(turn)]);
    expect(await endStep(pool, turn, { n: 1, state: 'DONE', result: null } as never)).toBe(true);
    expect(await first(beginSteps(pool, [step(turn)]))).toBe(false);
  });

  it('does not begin once a person has the chat, not even in the same instant', async () => {
    const turn = await claimed(await openChannel(pool));
    expect(await whileTaken(turn, () => first(beginSteps(pool, [step(turn)])))).toBe(false);
    expect(await first(beginSteps(pool, [step(turn)]))).toBe(false);
  });
});

describe('a person who takes the chat in the instant', () => {
  it('in which the thought is kept: it is void', async () => {
    const turn = await claimed(await openChannel(pool));
    // What the take-over itself ends is not the turn's any more; both are silence.
    expect([undefined, 'SKIPPED']).toContain(await whileTaken(turn, () => settle(turn).done));
    const { rows } = await pool.query(`SELECT 1 FROM outbound_parts WHERE turn_id = $1 AND state <> 'CANCELED'`, [
      turn.id,
    ]);
    expect(rows).toEqual([]);
  });

  it('in which the thought is kept, by a word on the phone that raises the epoch alone: it is void', async () => {
    const turn = await claimed(await openChannel(pool));
    const raised = (person: pg.PoolClient) =>
      person.query('UPDATE chats SET epoch = epoch + 1 WHERE workspace_id = $1 AND id = $2', [
        turn.workspaceId,
        turn.chatId,
      ]);
    expect(await during(raised, () => settle(turn).done)).toBe('SKIPPED');
  });

  it('in which a part begins: it stays', async () => {
    const turn = await claimed(await openChannel(pool));
    const { parts, done } = settle(turn);
    await done;
    const begin = await whileTaken(turn, () => first(beginSends(pool, [askFor(turn, parts[0]!.id)])));
    expect(begin).not.toBe('began');
  });

  it('in which a message arrives: its turn knows', async () => {
    const at = await openChannel(pool);
    const turn = await claimed(at);
    await endTurn(pool, turn, 'SKIPPED', 'x');
    await whileTaken(turn, () => hear(at));
    const { rows } = await pool.query(
      `SELECT t.epoch = c.epoch AS knows FROM turns t JOIN chats c ON c.workspace_id = t.workspace_id AND c.id = t.chat_id
       WHERE t.workspace_id = $1 AND t.state = 'COLLECTING'`,
      [at.ws],
    );
    expect(rows).toEqual([{ knows: true }]);
  });
});

describe('the tables themselves', () => {
  it('hold one active turn of a chat', async () => {
    const at = await openChannel(pool);
    const { chatId } = await claimed(at);
    const another = pool.query(
      `INSERT INTO turns (workspace_id, id, chat_id, channel_id, agent_id, state, due_at, epoch, inbound_ids)
       VALUES ($1, $2, $3, $4, $5, 'SENDING', now(), 0, '{}')`,
      [at.ws, randomUUID(), chatId, at.channel, at.agent],
    );
    await expect(another).rejects.toMatchObject({ code: '23505' });
  });

  it('number a part of a turn once', async () => {
    const turn = await claimed(await openChannel(pool));
    await settle(turn).done;
    const twin = pool.query('UPDATE outbound_parts SET n = 0 WHERE turn_id = $1', [turn.id]);
    await expect(twin).rejects.toMatchObject({ code: '23505' });
  });
});

describe('a message', () => {
  it('that comes again opens nothing anew', async () => {
    const at = await openChannel(pool);
    const id = randomUUID();
    await hear(at, id);
    await pool.query(`UPDATE interactions SET status = 'RESOLVED' WHERE workspace_id = $1`, [at.ws]);
    await hear(at, id);
    const { rows } = await pool.query('SELECT status FROM interactions WHERE workspace_id = $1', [at.ws]);
    expect(rows).toEqual([{ status: 'RESOLVED' }]);
  });

  it('that was deleted here does not come back', async () => {
    const at = await openChannel(pool);
    const id = randomUUID();
    const values = [at.ws, at.channel, id];
    await pool.query(
      'INSERT INTO forgotten_messages (workspace_id, channel_id, provider_id) VALUES ($1, $2, $3)',
      values,
    );
    await hear(at, id);
    expect((await pool.query('SELECT 1 FROM messages WHERE workspace_id = $1', [at.ws])).rows).toEqual([]);
  });
});

describe('a part', () => {
  it('does not leave by a number that is closed', async () => {
    const at = await openChannel(pool);
    const turn = await claimed(at);
    const { parts, done } = settle(turn);
    await done;
    await pool.query(`UPDATE channels SET state = 'close' WHERE workspace_id = $1`, [at.ws]);
    expect(await first(beginSends(pool, [askFor(turn, parts[0]!.id)]))).toBe('channel_closed');
    const { rows } = await pool.query('SELECT state FROM outbound_parts WHERE id = $1', [parts[0]!.id]);
    expect(rows).toEqual([{ state: 'PENDING' }]);
  });

  it('is not proven by the echo that proved another', async () => {
    const at = await openChannel(pool);
    const turn = await claimed(at);
    const { parts, done } = settle(turn, ['igual', 'igual']);
    await done;
    const echo = {
      workspaceId: at.ws,
      channelId: at.channel,
      providerId: 'E1',
      aliases: [ANA],
      textHash: parts[0]!.textHash,
    };
    await beginSends(pool, [askFor(turn, parts[0]!.id)]);
    expect(await bindEchoes(pool, [echo])).toEqual(['bound']);
    await beginSends(pool, [askFor(turn, parts[1]!.id)]);
    expect(await bindEchoes(pool, [echo])).toEqual(['known']);
    const { rows } = await pool.query('SELECT state FROM outbound_parts WHERE id = $1', [parts[1]!.id]);
    expect(rows).toEqual([{ state: 'SENDING' }]);
  });

  it('shows the highest status that was reported', async () => {
    const at = await openChannel(pool);
    const turn = await claimed(at);
    const { parts, done } = settle(turn, ['um']);
    await done;
    await beginSends(pool, [askFor(turn, parts[0]!.id)]);
    await recordSent(pool, [{ workspaceId: at.ws, partId: parts[0]!.id, providerId: 'S1' }]);
    const news = { workspaceId: at.ws, channelId: at.channel, providerId: 'S1' };
    await applyStatuses(pool, [{ ...news, status: 'READ' }]);
    await applyStatuses(pool, [{ ...news, status: 'DELIVERED' }]);
    const { rows } = await pool.query('SELECT status FROM messages WHERE id = $1', [parts[0]!.messageId]);
    expect(rows).toEqual([{ status: 'READ' }]);
  });
});
