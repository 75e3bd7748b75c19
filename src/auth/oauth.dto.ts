import { z } from 'zod';

export const BeginQuery = z.object({
  returnTo: z.string().max(2_048).optional().meta({ example: '/chats' }),
});
export type BeginQuery = z.infer<typeof BeginQuery>;

/** What a provider sends back; it may add words of its own. */
export const CallbackQuery = z.looseObject({
  state: z.string().max(512).optional(),
  code: z.string().max(4_096).optional(),
  error: z.string().max(512).optional(),
});
export type CallbackQuery = z.infer<typeof CallbackQuery>;

export const ExchangeBody = z.object({ code: z.string().max(512) });
export type ExchangeBody = z.infer<typeof ExchangeBody>;
