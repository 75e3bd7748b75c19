import { z } from 'zod';
import { text } from '../common/fields.js';
import type { NumberSettings } from '../evolution-api/evolution-api.client.js';

const flag = (value: boolean | null) => z.boolean().nullable().default(value);
const words = (max: number) => text(max).nullable().default(null);

/** How a channel behaves, as published; stored as jsonb, where what is missing has these defaults. */
export const ChannelConfig = z.object({
  audioAction: words(64),
  startTrigger: words(200),
  endTrigger: words(200),
  enabledTyping: flag(true),
  enableGroupsResponse: flag(false),
  replyGroupsType: words(64),
  enablePrivateChatResponse: flag(true),
  callRejectAuto: flag(null),
  callRejectMessage: words(4_096),
  takeOutsideService: flag(null),
  takeOutsideServiceMember: words(200),
  takeOutsideServiceCommand: words(200),
  takeOutsideServiceMessage: words(4_096),
  takeOutsideServiceCommandReturn: flag(null),
  takeOutsideServiceReturnMessage: words(4_096),
  waitingMessageEnabled: flag(null),
  waitingMessageText: words(4_096),
});
export type ChannelConfig = z.infer<typeof ChannelConfig>;

/**
 * A stored configuration with its defaults. A field that no longer fits its type (an older version wrote it) takes its
 * default, and costs no other field.
 */
export function readChannelConfig(stored: unknown): ChannelConfig {
  const fields = typeof stored === 'object' && stored !== null ? (stored as Record<string, unknown>) : {};
  const entries = Object.entries(ChannelConfig.shape).map(([key, schema]) => {
    const parsed = schema.safeParse(Object.hasOwn(fields, key) ? fields[key] : undefined);
    return [key, parsed.success ? parsed.data : schema.parse(undefined)];
  });
  return Object.fromEntries(entries) as ChannelConfig;
}

/** What a stored configuration decides of the number's instance at the gateway. */
export function readNumberSettings(stored: unknown): NumberSettings {
  const { callRejectAuto, callRejectMessage, enableGroupsResponse } = readChannelConfig(stored);
  const rejectCall = callRejectAuto === true;
  return { rejectCall, msgCall: (rejectCall && callRejectMessage) || '', groupsIgnore: enableGroupsResponse !== true };
}

/** What a customer reads while they wait for a person, by a stored configuration; null: nothing of its own. */
export function readWaitingText(stored: unknown): string | null {
  const { waitingMessageEnabled, waitingMessageText } = readChannelConfig(stored);
  return (waitingMessageEnabled && waitingMessageText?.trim()) || null;
}
