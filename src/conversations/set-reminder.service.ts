import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import { lockChat } from '../chats/takeover.queries.js';
import { wasTimerSet } from '../interactions/due-timers.queries.js';
import { setTimer } from '../interactions/timers.queries.js';
import { POOL } from '../prisma/database.pool.js';
import { inTransaction } from '../prisma/transaction.queries.js';
import { readReminder } from './read-reminder.js';

/** Where a call of a tool stands: the same turn and step are the same call. */
interface CallContext {
  readonly workspaceId: string;
  readonly chatId: string;
  readonly turnId: string;
  readonly step: number;
  readonly now: Date;
  readonly timezone: string;
}

/** The tool by which an agent writes to a customer later, once; offered where its settings enable reminders. */
@Injectable()
export class SetReminderService {
  readonly name = 'set_reminder';
  readonly description =
    'Sets a reminder: at that moment you write to the customer about it. Use it only when the customer asked for it or agreed.';
  readonly parameters = {
    type: 'object',
    properties: {
      at: { type: 'string', description: 'Local date and time, ISO 8601 without offset, such as 2026-03-02T09:30' },
      text: { type: 'string', description: 'What to remind the customer of' },
    },
    required: ['at', 'text'],
    additionalProperties: false,
  } as const;
  readonly effect = 'write';

  constructor(@Inject(POOL) private readonly pool: Pool) {}

  /** Sets it; a call that is repeated after a crash sets nothing more, also when the reminder was given meanwhile. */
  async run(context: CallContext, args: unknown): Promise<Readonly<Record<string, unknown>>> {
    const { workspaceId, chatId, turnId, step, timezone, now } = context;
    const reminder = readReminder(args, timezone, now);
    if ('problem' in reminder) return { error: reminder.problem };
    const key = `${turnId}:${step}`;
    await inTransaction(this.pool, async (tx) => {
      await lockChat(tx, workspaceId, chatId);
      if (await wasTimerSet(tx, workspaceId, chatId, key)) return;
      const { dueInMs, text: instructions } = reminder;
      await setTimer(tx, { workspaceId, chatId, kind: 'REMINDER', key, dueInMs, instructions });
    });
    return { set: true, at: reminder.at };
  }
}
