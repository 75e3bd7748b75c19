import { z } from 'zod';
import { id, text } from '../common/fields.js';

/** Any type may be asked for: one that is not built is refused by its name. */
export const ChannelType = z.string().min(1).max(64).meta({ example: 'WHATSAPP' });

/** `assistantId` is the published name of an agent's id; here it can only be the one of the path. */
export const CreateTypedChannelBody = z.object({
  name: text(120, 1).meta({ example: 'Loja' }),
  assistantId: id().nullish(),
});
export type CreateTypedChannelBody = z.infer<typeof CreateTypedChannelBody>;

export const WidgetSettingsBody = z
  .object({
    isPublic: z.boolean(),
    initialMessage: text(2_000),
    origins: z.array(text(255)).max(100),
    suggestMessages: z.array(text(500)).max(20),
    headerBackground: text(40),
    headerColor: text(40),
    messageUserBackground: text(40),
    buttonBackground: text(40),
  })
  .partial();
