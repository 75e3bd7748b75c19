/** The header in which the gateway sends a channel's secret back to us. */
export const WEBHOOK_SECRET_HEADER = 'x-tawkee-secret';

/** What is remembered of a webhook that was set: its address, and the events it asks for. */
export function webhookMark(url: string, events: readonly string[]): string {
  return `${url}#${events.join(',')}`;
}

/** Where the gateway posts a channel's events. `publicUrl` has no slash at its end. */
export function webhookAddress(publicUrl: string, workspaceId: string, channelId: string): string {
  return `${publicUrl}/webhooks/evolution/${workspaceId}/${channelId}`;
}
