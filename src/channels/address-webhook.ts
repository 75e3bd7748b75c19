import { createHash } from 'node:crypto';

/** The header in which the gateway sends a channel's secret back to us. */
export const WEBHOOK_SECRET_HEADER = 'x-tawkee-secret';

/** Where the gateway posts a channel's events. `publicUrl` has no slash at its end. */
export function webhookAddress(publicUrl: string, workspaceId: string, channelId: string): string {
  return `${publicUrl}/webhooks/evolution/${workspaceId}/${channelId}`;
}

/** SHA-256 of a webhook secret: 32 random bytes need no slow hash, and the secret itself is kept nowhere. */
export function hashSecret(secret: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(createHash('sha256').update(secret).digest());
}
