import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ContactMergesService } from '../../../src/conversations/contact-merges.service.js';
import { type ReceivedMessage, ReceiveMessageService } from '../../../src/conversations/receive-message.service.js';
import { claimDueTurns } from '../../../src/conversations/turns.queries.js';
import { createPool } from '../../../src/prisma/database.pool.js';
import { createTestDatabase } from '../../support/database.js';
import { openChannel } from '../../support/open-channel.js';

const LID = '204598811223344@lid';
const PHONE = '5581988880001@s.whatsapp.net';
const OLD_PHONE = '558188880001@s.whatsapp.net';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let pool: pg.Pool;
let at: { ws: string; channel: string };
beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url, 8);
});
afterAll(async () => {
  await pool?.end();
  await database?.drop();
});
beforeEach(async () => {
  at = await openChannel(pool);
});

/** Access is granted to whoever names a contact: it has its own tests. */
const access = { contact: async (_user: unknown, contactId: string) => ({ workspaceId: at.ws, contactId }) };
const merges = () => new ContactMergesService(pool, pino({ level: 'silent' }), access as never, undefined as never);
const user = { userId: randomUUID() } as never;

function say(text: string, aliases: readonly string[], rest: Partial<ReceivedMessage> = {}) {
  const receiver = new ReceiveMessageService(
    pool,
    { role: 'all' } as never,
    { wakeHere: () => undefined, announce: () => undefined } as never,
    merges(),
  );
  return receiver.receive({
    workspaceId: at.ws,
    channelId: at.channel,
    providerId: randomUUID(),
    aliases,
    address: aliases[0]!,
    name: null,
    phone: null,
    role: 'user',
    author: 'CUSTOMER',
    type: 'TEXT',
    text,
    content: null,
    sentAtMs: Date.now(),
    answer: true,
    ...rest,
  });
}

const rows = async (sql: string) => (await pool.query(sql, [at.ws])).rows;
const texts = async () =>
  (
    await rows(
      `SELECT array_agg(text ORDER BY seq) AS said FROM messages WHERE workspace_id = $1 GROUP BY chat_id ORDER BY 1`,
    )
  ).map((row) => row.said);
const only = async (sql: string) => {
  const found = await rows(sql);
  expect(found).toHaveLength(1);
  return found[0];
};

describe('one person is one contact and one chat', () => {
  it('with and without the ninth digit, whichever writes first', async () => {
    await say('um', [OLD_PHONE]);
    await say('dois', [PHONE]);
    expect(await texts()).toEqual([['um', 'dois']]);
    // The reply goes to the address that wrote last.
    expect((await only(`SELECT address FROM chats WHERE workspace_id = $1`)).address).toBe(PHONE);
  });

  it('known apart by phone and by LID, merged by the message that names both', async () => {
    await say('por telefone', [PHONE], { phone: '5581988880001', name: 'Ana' });
    await say('por lid', [LID]);
    expect(await texts()).toEqual([['por lid'], ['por telefone']]);
    await say('pelos dois', [PHONE, LID]);

    expect(await texts()).toEqual([['por telefone', 'por lid', 'pelos dois']]);
    const contact = await only(`SELECT id, name, phone FROM contacts WHERE workspace_id = $1`);
    expect(contact).toMatchObject({ name: 'Ana', phone: '5581988880001' });
    const turn = await only(`SELECT inbound_ids, state, epoch FROM turns WHERE workspace_id = $1`);
    expect([turn.inbound_ids.length, turn.state]).toEqual([3, 'COLLECTING']);
    // The turn is not void: it has the epoch of the chat it moved to.
    expect((await only(`SELECT epoch FROM chats WHERE workspace_id = $1`)).epoch).toBe(turn.epoch);
    await only(`SELECT 1 FROM interactions WHERE workspace_id = $1`);
    const merge = await only(`SELECT kept_id, reason FROM contact_merges WHERE workspace_id = $1`);
    expect(merge.kept_id).toBe(contact.id);
    await say('mais uma', [LID]);
    expect((await texts())[0]).toHaveLength(4);
  });

  it('a person who has one of the chats has the whole', async () => {
    await say('por telefone', [PHONE]);
    await say('por lid', [LID]);
    await pool.query(`UPDATE chats SET human_talk = true WHERE workspace_id = $1 AND address = $2`, [at.ws, LID]);
    await say('pelos dois', [PHONE, LID]);
    expect((await only(`SELECT human_talk FROM chats WHERE workspace_id = $1`)).human_talk).toBe(true);
  });

  it('waits while a reply is on its way in the chat that would go', async () => {
    await say('por lid', [LID]);
    await claimDueTurns(pool, randomUUID(), 1000);
    await say('por telefone', [PHONE]);
    await say('pelos dois', [PHONE, LID]);
    expect(await rows(`SELECT 1 FROM chats WHERE workspace_id = $1`)).toHaveLength(2);
    await pool.query(`UPDATE turns SET state = 'DONE' WHERE workspace_id = $1 AND state = 'THINKING'`, [at.ws]);
    await say('outra vez', [PHONE, LID]);
    expect(await rows(`SELECT 1 FROM chats WHERE workspace_id = $1`)).toHaveLength(1);
  });

  it('two batches that see it at once merge once', async () => {
    await say('por telefone', [PHONE]);
    await say('por lid', [LID]);
    await Promise.all([say('a', [PHONE, LID]), say('b', [LID, PHONE])]);
    await only(`SELECT 1 FROM contact_merges WHERE workspace_id = $1`);
    expect((await texts())[0]).toHaveLength(4);
  });
});

describe('taking a merge back', () => {
  it('puts everything where it was, keeps what was said since, and does not merge again by itself', async () => {
    await say('por telefone', [PHONE], { name: 'Ana' });
    await say('por lid', [LID], { phone: '5581988880001' });
    const before = await rows(`SELECT id, name, phone FROM contacts WHERE workspace_id = $1 ORDER BY id`);
    await say('pelos dois', [PHONE, LID]);
    const merge = await only(`SELECT id, kept_id FROM contact_merges WHERE workspace_id = $1`);
    await merges().undo(user, merge.kept_id, merge.id);

    expect(await rows(`SELECT id, name, phone FROM contacts WHERE workspace_id = $1 ORDER BY id`)).toEqual(before);
    expect(await texts()).toEqual([['por lid'], ['por telefone', 'pelos dois']]);
    const found = await rows(
      `SELECT a.alias, c.address FROM contact_aliases a JOIN chats c ON c.workspace_id = a.workspace_id AND c.contact_id = a.contact_id
       WHERE a.workspace_id = $1 AND a.alias IN ('${PHONE}', '${LID}') ORDER BY a.alias`,
    );
    expect(found.map((row) => row.address)).toEqual([LID, PHONE]);
    expect(await rows(`SELECT 1 FROM interactions WHERE workspace_id = $1 AND status = 'RUNNING'`)).toHaveLength(2);

    await say('de novo', [PHONE, LID]);
    expect(await rows(`SELECT 1 FROM contacts WHERE workspace_id = $1`)).toHaveLength(2);
    await expect(merges().undo(user, merge.kept_id, merge.id)).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('a person may merge what was parted', async () => {
    await say('por telefone', [PHONE]);
    await say('por lid', [LID]);
    const [one, other] = (await rows(`SELECT id FROM contacts WHERE workspace_id = $1 ORDER BY id`)).map(
      (row) => row.id,
    );
    await merges().mergeByHand(user, one, other);
    const merge = await only(`SELECT id FROM contact_merges WHERE workspace_id = $1`);
    await merges().undo(user, one, merge.id);
    await merges().mergeByHand(user, one, other);
    await only(`SELECT 1 FROM contacts WHERE workspace_id = $1`);
    await expect(merges().mergeByHand(user, one, one)).rejects.toMatchObject({ code: 'CONFLICT' });
  });
});
