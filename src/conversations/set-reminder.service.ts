import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import { lockChat } from '../chats/takeover.queries.js';
import { wasTimerSet } from '../interactions/due-timers.queries.js';
import { setTimer } from '../interactions/timers.queries.js';
import type { ToolOffer } from '../openai/think-message.js';
import { POOL } from '../prisma/database.pool.js';
import { inTransaction } from '../prisma/transaction.queries.js';
import { readReminder } from './read-reminder.js';
import type { Tool, ToolContext, ToolOutcome } from './tool.js';

const OFFER: ToolOffer = {
  name: 'set_reminder',
  description:
    'Sets a reminder: at that moment you write to the customer about it. Use it only when the customer asked for it or agreed.',
  parameters: {
    type: 'object',
    properties: {
      at: { type: 'string', description: 'Local date and time, ISO 8601 without offset, such as 2026-03-02T09:30' },
      text: { type: 'string', description: 'What to remind the customer of' },
    },
    required: ['at', 'text'],
    additionalProperties: false,
  },
};

/** The tool by which an agent writes to a customer later, once; offered where its settings enable reminders. */
@Injectable()
export class SetReminderService {
  constructor(@Inject(POOL) private readonly pool: Pool) {}

  /** The tool for an agent whose days and hours are those of `timezone`. */
  toolOf(timezone: string): Tool {
    return {
      offer: OFFER,
      kind: 'repeatable',
      check: (args) => ({ args }),
      run: (context, args) => this.set(context, args, timezone),
    };
  }

  /** A call that is repeated after a crash sets nothing more, also when the reminder was given meanwhile. */
  private async set(context: ToolContext, args: unknown, timezone: string): Promise<ToolOutcome> {
    const { workspaceId, chatId, turnId, step } = context;
    const reminder = readReminder(args, timezone, new Date());
    if ('problem' in reminder) return { value: { error: reminder.problem } };
    const key = `${turnId}:${step}`;
    await inTransaction(this.pool, async (tx) => {
      await lockChat(tx, workspaceId, chatId);
      if (await wasTimerSet(tx, workspaceId, chatId, key)) return;
      const { dueInMs, text: instructions } = reminder;
      await setTimer(tx, { workspaceId, chatId, kind: 'REMINDER', key, dueInMs, instructions });
    });
    return { value: { set: true, at: reminder.at } };
  }
}
