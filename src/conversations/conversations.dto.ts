import { z } from 'zod';
import { publicUrl } from '../common/fields.js';

const contextId = z.string().trim().min(1).max(200);
const prompt = z.string().trim().min(1).max(65_536).meta({ example: 'Vocês entregam no sábado?' });
/** Published fields whose work is not built yet: named, so that they can be refused by name instead of ignored. */
const later = z.string().max(4_000).optional();

export const ConversationBody = z.object({
  contextId,
  prompt: prompt.optional(),
  chatName: z.string().trim().max(200).optional(),
  phone: z.string().trim().max(40).optional(),
  chatPicture: z.string().max(4_000).optional(),
  image: later,
  audio: later,
  callbackUrl: publicUrl().optional(),
  onFinishCallback: publicUrl().optional(),
});
export type ConversationBody = z.infer<typeof ConversationBody>;

export const AddMessageBody = z.object({
  contextId,
  prompt: prompt.optional(),
  role: z.enum(['user', 'assistant']).default('assistant'),
  image: later,
  audio: later,
});
export type AddMessageBody = z.infer<typeof AddMessageBody>;

export const ConversationAnswer = z.object({
  message: z.string(),
  images: z.array(z.string()),
  audios: z.array(z.string()),
});
export type ConversationAnswer = z.infer<typeof ConversationAnswer>;
