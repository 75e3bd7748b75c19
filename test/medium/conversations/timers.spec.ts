import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openChat } from '../../../src/chats/open-chat.queries.js';
import { handToPerson, lockChat } from '../../../src/chats/takeover.queries.js';
import { ReceiveMessageService } from '../../../src/conversations/receive-message.service.js';
import { claimSummaries, keepSummary, loadSummarySource } from '../../../src/conversations/summaries.queries.js';
import { beginProactiveTurn } from '../../../src/conversations/timers.queries.js';
import { TimersService } from '../../../src/conversations/timers.service.js';
import { claimDueTurns, loadScenes } from '../../../src/conversations/turns.queries.js';
import { claimDueTimers, settleTimer } from '../../../src/interactions/due-timers.queries.js';
import { cancelTimers, type NewTimer, setTimer } from '../../../src/interactions/timers.queries.js';
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

/** A chat on an open channel, with an open interaction whose last words are the agent's. */
async function openedChat() {
  const { ws, agent, channel } = await openChannel(pool);
  const interaction = randomUUID();
  const to = { workspaceId: ws, channelId: channel, aliases: [JID], phone: '5581999990000' };
  const chat = await inTransaction(pool, (tx) =>
    openChat(tx, { ...to, contactId: randomUUID(), chatId: randomUUID() }),
  );
  await pool.query(`INSERT INTO interactions (workspace_id, id, chat_id, agent_id) VALUES ($1, $2, $3, $4)`, [
    ...[ws, interaction, chat, agent],
  ]);
  return { ws, agent, channel, chat, interaction };
}
type Place = Awaited<ReturnType<typeof openedChat>>;

const timerIn = (at: Place, over: Partial<NewTimer> = {}) =>
  setTimer(pool, {
    ...{ workspaceId: at.ws, chatId: at.chat, interactionId: at.interaction, kind: 'IDLE_ACTION', key: 'idle:a' },
    ...{ dueInMs: -1, instructions: 'Pergunte.', ...over },
  });
const claim = async (at: Place) => (await claimDueTimers(pool, 1_000)).filter((timer) => timer.workspaceId === at.ws);
const rows = async (at: Place, sql: string) => (await pool.query(sql, [at.ws])).rows;
/** Nobody listens: the rows are looked at. */
const wakeups = { announce: () => undefined, wakeHere: () => undefined } as never;
const worker = () => new TimersService({ role: 'api' } as never, pool, pino({ level: 'silent' }), wakeups);
const say = (at: Place, text = 'oi') =>
  new ReceiveMessageService(pool, { role: 'all' } as never, wakeups, undefined as never).receive({
    ...{ workspaceId: at.ws, channelId: at.channel, providerId: randomUUID(), aliases: [JID], address: JID },
    ...{ name: null, phone: null, role: 'user', author: 'CUSTOMER', type: 'TEXT', text, content: null },
    ...{ sentAtMs: Date.now(), answer: true },
  });

/** Resolves once a statement waits for a lock. */
async function someoneWaits(): Promise<void> {
  const sql = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  while ((await pool.query(sql)).rowCount === 0);
}

describe('a timer', () => {
  it('is taken by one of many workers, and again by another once its taker is gone', async () => {
    const at = await openedChat();
    await timerIn(at);
    const taken = (await Promise.all(Array.from({ length: 6 }, () => claim(at)))).flat();
    expect(taken).toHaveLength(1);
    await pool.query(`UPDATE timers SET due_at = now() WHERE workspace_id = $1`, [at.ws]);
    const [again] = await claim(at);
    // The first taker wakes up: what it holds is another's now.
    expect(await inTransaction(pool, (tx) => settleTimer(tx, taken[0]!, 'DONE'))).toBe(false);
    expect(await inTransaction(pool, (tx) => settleTimer(tx, again!, 'DONE'))).toBe(true);
  });

  it('has its effect once, however many run it at one time', async () => {
    const at = await openedChat();
    await timerIn(at);
    const [timer] = await claim(at);
    await Promise.all([1, 2, 3, 4].map(() => worker().run(timer!)));
    expect(await rows(at, `SELECT cause, instructions FROM turns WHERE workspace_id = $1`)).toEqual([
      { cause: 'IDLE', instructions: 'Pergunte.' },
    ]);
  });

  it('that somebody is working on is passed over, not waited for', async () => {
    const at = await openedChat();
    await timerIn(at);
    await inTransaction(pool, async (tx) => {
      await tx.query(`SELECT 1 FROM timers WHERE workspace_id = $1 FOR UPDATE`, [at.ws]);
      expect(await claim(at)).toEqual([]);
    });
    expect(await claim(at)).toHaveLength(1);
  });

  it('sees what a person does at the same moment: it waits for the chat', async () => {
    const at = await openedChat();
    await timerIn(at, { kind: 'REMINDER', key: 'r' });
    const [timer] = await claim(at);
    let run: Promise<void> | undefined;
    await inTransaction(pool, async (tx) => {
      await lockChat(tx, at.ws, at.chat);
      await handToPerson(tx, at.ws, at.chat);
      run = worker().run(timer!);
      await Promise.race([run, someoneWaits()]);
    });
    await run;
    expect(await rows(at, `SELECT epoch FROM turns WHERE workspace_id = $1`)).toEqual([{ epoch: 1 }]);
  });

  it('set anew is not done by who took it before', async () => {
    const at = await openedChat();
    await timerIn(at);
    const [timer] = await claim(at);
    await timerIn(at, { dueInMs: 3_600_000 });
    await worker().run(timer!);
    expect(await rows(at, `SELECT state FROM timers WHERE workspace_id = $1`)).toEqual([{ state: 'PENDING' }]);
    expect(await rows(at, `SELECT 1 FROM turns WHERE workspace_id = $1`)).toEqual([]);
  });

  it('that races with the customer’s message is void or becomes its answer, never a word beside it', async () => {
    for (let n = 0; n < 12; n++) {
      const at = await openedChat();
      await timerIn(at);
      const [timer] = await claim(at);
      await Promise.all(n % 2 ? [worker().run(timer!), say(at)] : [say(at), worker().run(timer!)]);
      const turns = await rows(at, `SELECT cause, instructions, inbound_ids FROM turns WHERE workspace_id = $1`);
      expect(turns).toMatchObject([{ cause: 'MESSAGE', instructions: null, inbound_ids: [expect.any(String)] }]);
    }
  });

  it('waits while the agent speaks', async () => {
    const at = await openedChat();
    await timerIn(at, { kind: 'IDLE_FINISH', key: 'idle:finish', instructions: null });
    await inTransaction(pool, (tx) =>
      beginProactiveTurn(tx, {
        ...{ workspaceId: at.ws, chatId: at.chat, turnId: randomUUID(), cause: 'IDLE', instructions: 'Pergunte.' },
      }),
    );
    const [timer] = await claim(at);
    await worker().run(timer!);
    expect(await rows(at, `SELECT state FROM timers WHERE workspace_id = $1`)).toEqual([{ state: 'PENDING' }]);
    expect(await rows(at, `SELECT status FROM interactions WHERE workspace_id = $1`)).toEqual([{ status: 'RUNNING' }]);
  });

  it('gives a chat back', async () => {
    const at = await openedChat();
    await inTransaction(pool, async (tx) => {
      await lockChat(tx, at.ws, at.chat);
      await handToPerson(tx, at.ws, at.chat);
    });
    await timerIn(at, { kind: 'GIVE_BACK', key: 'give-back', instructions: null });
    const [timer] = await claim(at);
    await worker().run(timer!);
    expect(await rows(at, `SELECT human_talk FROM chats WHERE workspace_id = $1`)).toEqual([{ human_talk: false }]);
  });

  it('is cancelled by its kind', async () => {
    const at = await openedChat();
    await timerIn(at);
    await timerIn(at, { kind: 'REMINDER', key: 'r' });
    await cancelTimers(pool, { workspaceId: at.ws, chatId: at.chat, kinds: ['IDLE_ACTION'], reason: 'human' });
    expect(await rows(at, `SELECT kind, state, reason FROM timers WHERE workspace_id = $1 ORDER BY kind`)).toEqual([
      { kind: 'IDLE_ACTION', state: 'CANCELED', reason: 'human' },
      { kind: 'REMINDER', state: 'PENDING', reason: null },
    ]);
  });
});

describe('a reminder', () => {
  it('joins the turn that is collecting, and the customer’s next word leaves it in', async () => {
    const at = await openedChat();
    const turn = { workspaceId: at.ws, chatId: at.chat, turnId: randomUUID() };
    await inTransaction(pool, async (tx) => {
      await beginProactiveTurn(tx, { ...turn, cause: 'IDLE', instructions: 'Pergunte.' });
      await beginProactiveTurn(tx, { ...turn, turnId: randomUUID(), cause: 'REMINDER', instructions: 'o sinal' });
    });
    await say(at);
    expect(await rows(at, `SELECT cause, instructions FROM turns WHERE workspace_id = $1`)).toEqual([
      { cause: 'MESSAGE', instructions: 'Pergunte.\no sinal' },
    ]);
  });
});

describe('summaries', () => {
  const resolved = async (at: Place, minutesAgo: number) => {
    const id = randomUUID();
    await pool.query(
      `INSERT INTO interactions (workspace_id, id, chat_id, agent_id, status, resolved_at)
       VALUES ($1, $2, $3, $4, 'RESOLVED', now() - make_interval(mins => $5))`,
      [at.ws, id, at.chat, at.agent, minutesAgo],
    );
    return id;
  };
  const claimed = async (at: Place) => (await claimSummaries(pool, 1_000)).filter((one) => one.workspaceId === at.ws);

  it('are made in their order, each from the one before, and kept once', async () => {
    const at = await openedChat();
    const [first, second] = [await resolved(at, 20), await resolved(at, 10)];
    const [one, ...others] = (await Promise.all([claimed(at), claimed(at)])).flat();
    expect([one?.id, others]).toEqual([first, []]);
    await keepSummary(pool, { ...one!, attempt: 0 }, 'de outra vez');
    await keepSummary(pool, one!, 'Gosta de cenoura.');
    await keepSummary(pool, one!, 'de novo');
    const [two] = await claimed(at);
    expect(two?.id).toBe(second);
    expect(await loadSummarySource(pool, two!)).toEqual({ earlier: 'Gosta de cenoura.', messageCount: 0, lines: [] });
  });

  it('that failed five times hold nobody up', async () => {
    const at = await openedChat();
    const [first, second] = [await resolved(at, 20), await resolved(at, 10)];
    await pool.query(`UPDATE interactions SET summary_attempts = 5 WHERE workspace_id = $1 AND id = $2`, [
      at.ws,
      first,
    ]);
    expect((await claimed(at)).map((one) => one.id)).toEqual([second]);
  });
});

describe('a long history', () => {
  it('is bounded in lines and characters before it leaves the database, the newest kept', async () => {
    const at = await openedChat();
    await pool.query(
      `INSERT INTO messages (workspace_id, id, chat_id, channel_id, interaction_id, role, author, type, text, sent_at)
       SELECT $1, gen_random_uuid(), $2, $3, $4, 'user', 'CUSTOMER', 'TEXT', n || repeat('x', 5000), now()
       FROM generate_series(1, 10000) n`,
      [at.ws, at.chat, at.channel, at.interaction],
    );
    await say(at, 'a última');
    const turn = (await claimDueTurns(pool, randomUUID(), 1_000)).find((one) => one.workspaceId === at.ws);
    const [scene] = await loadScenes(pool, [turn!]);
    const characters = scene!.history.reduce((sum, line) => sum + line.text.length, 0);
    expect(characters).toBeGreaterThan(50_000);
    expect(characters).toBeLessThanOrEqual(60_000);
    expect(scene!.history.at(-1)!.text).toMatch(/^10000x/);
    expect(scene!.inbound.map((line) => line.text)).toEqual(['a última']);
  });
});
