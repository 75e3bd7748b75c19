import { z } from 'zod';
import { PageQuery } from '../common/pagination.js';

export const ListTurnsQuery = PageQuery.pick({ page: true, pageSize: true });
export type ListTurnsQuery = z.infer<typeof ListTurnsQuery>;

/** One answer of the agent, or why there was none. Times in ms. */
export const TurnView = z.object({
  id: z.string(),
  chatId: z.string(),
  agentId: z.string(),
  kind: z.enum(['ANSWER', 'SEND']),
  state: z.string().meta({ example: 'DONE' }),
  cause: z.string().meta({ example: 'MESSAGE' }),
  reason: z.string().nullable(),
  explanation: z.string().nullable(),
  inboundIds: z.array(z.string()),
  attempts: z.int(),
  restarts: z.int(),
  waitedMs: z.int().nullable(),
  tookMs: z.int().nullable(),
  inputTokens: z.int(),
  outputTokens: z.int(),
  createdAt: z.int(),
  finishedAt: z.int().nullable(),
});

export type TurnView = z.infer<typeof TurnView>;

/** The same with everything it saw, called and said. */
export const TurnDetails = TurnView.extend({
  inbound: z.array(z.object({ id: z.string(), type: z.string(), text: z.string() })),
  steps: z.array(
    z.object({
      n: z.int(),
      kind: z.enum(['MODEL', 'TOOL']),
      name: z.string(),
      state: z.string(),
      request: z.string(),
      result: z.string(),
      inputTokens: z.int().nullable(),
      outputTokens: z.int().nullable(),
      startedAt: z.int(),
      finishedAt: z.int().nullable(),
    }),
  ),
  parts: z.array(z.object({ n: z.int(), text: z.string(), state: z.string(), error: z.string().nullable() })),
});
export type TurnDetails = z.infer<typeof TurnDetails>;

/** A row of `turnsPage`. */
export type TurnRow = Omit<TurnView, 'explanation'>;
