import { AppError } from '../common/app-error.js';

/** The ids that name one channel. */
export interface ChannelKey {
  readonly workspaceId: string;
  readonly channelId: string;
}

/** The `where` of one channel. */
export const channelKeyOf = ({ workspaceId, channelId: id }: ChannelKey) => ({ workspaceId_id: { workspaceId, id } });

/** The name of a WhatsApp channel's instance. @throws CONFLICT for a channel that has none */
export function instanceNameOf(channel: { readonly type: string; readonly instanceName: string | null }): string {
  if (channel.type === 'WHATSAPP' && channel.instanceName) return channel.instanceName;
  throw new AppError(
    'CONFLICT',
    'This channel is built into its agent: it has no phone and cannot be moved or deleted',
  );
}
