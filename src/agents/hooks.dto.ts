import { z } from 'zod';
import { clearableUrl, emptyToNull, plainText } from '../common/fields.js';
import type { AgentHooks } from '../prisma/generated/client.js';

/** What happens to an agent, under the published names. */
const EVENTS = [
  'onNewMessage',
  'onLackKnowLedge',
  'onTransfer',
  'onFirstInteraction',
  'onStartInteraction',
  'onFinishInteraction',
  'onCreateEvent',
  'onCancelEvent',
] as const;

type ByEvent<T> = { [event in (typeof EVENTS)[number]]: T };
const forEach = <T>(field: () => T) => Object.fromEntries(EVENTS.map((event) => [event, field()])) as ByEvent<T>;

/** An address as each face shows it: where none is set, the published type knows only ''. */
export const HooksAnswer = {
  v2: z.object(forEach(plainText)),
  own: z.object(forEach(() => z.string().nullable())),
};

const address = () => clearableUrl().meta({ example: 'https://example.com/hooks/tawkee' });

/** Null and '' clear; `onFinishAttendance` is an older name of `onFinishInteraction`. */
export const UpdateHooksBody = z.object({ ...forEach(address), onFinishAttendance: address() }).partial();
export type UpdateHooksBody = z.infer<typeof UpdateHooksBody>;

/** What a body asks of the table, under the table's names. */
export function toHooksData({ onFinishAttendance, ...body }: UpdateHooksBody) {
  const { onLackKnowLedge, onFinishInteraction = onFinishAttendance, ...same } = body;
  const given = { ...same, onLackKnowledge: onLackKnowLedge, onFinishInteraction };
  return Object.fromEntries(Object.entries(given).map(([event, value]) => [event, emptyToNull(value)])) as typeof given;
}

export function toHooksView({ onLackKnowledge, ...same }: AgentHooks) {
  return { ...same, onLackKnowLedge: onLackKnowledge };
}
