import { z } from 'zod';
import { id, text } from '../common/fields.js';
import type { IdlePlan } from '../prisma/generated/client.js';
import { whyNotWeek } from './check-week.js';
import { ACTION_TYPES, type IdleAction, type StoredIdleAction } from './merge-idle-actions.js';

const MIN_SECONDS = 10;
const MAX_SECONDS = 30 * 24 * 3_600;
const seconds = () => z.int().min(MIN_SECONDS).max(MAX_SECONDS).meta({ example: 600 });

/** Identity and times of a stored part, as GET answers them: taken back and left alone. */
const stamp = {
  id: z.string(),
  tenant: z.string(),
  tenantOwner: z.string(),
  createdAt: z.int(),
  updatedAt: z.int().nullable(),
};
const ignored = z.object(stamp).partial().shape;

const clock = (example: string) =>
  z
    .string()
    .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'must be a time such as 08:00')
    .meta({ example });
const HoursBody = z.object({
  ...ignored,
  sequence: z.int().optional(),
  start: clock('08:00'),
  end: clock('12:00'),
});
const DayBody = z.object({
  ...ignored,
  dayWeek: z.int().min(0).max(6),
  active: z.boolean().default(true),
  hours: z.array(HoursBody).max(24).default([]),
});
const WeekBody = z
  .array(DayBody)
  .max(7)
  .superRefine((days, context) => {
    for (const { path, message } of whyNotWeek(days)) context.addIssue({ code: 'custom', path: [...path], message });
  });

const ActionBody = z.object({
  /** Keeps its identity where it is that of a stored action; any other is a new one. */
  id: id().optional(),
  type: z.enum(ACTION_TYPES).default('SEND_MESSAGE'),
  instructions: text(5_000).nullish().meta({ example: 'Pergunte se o cliente ainda precisa de ajuda.' }),
  seconds: seconds(),
  allowAllHours: z.boolean().default(true),
  /** As it is written (a list of days), or as it is answered (the days inside an object). */
  workingHours: z.union([WeekBody, z.object({ ...ignored, active: z.boolean().optional(), days: WeekBody })]).nullish(),
});

/** The whole plan; a part that is left out stays. `finishOn` null: silence finishes nothing. */
export const IdleActionsBody = z
  .object({ actions: z.array(ActionBody).max(20), finishOn: z.object({ seconds: seconds() }).nullable() })
  .partial();
export type IdleActionsBody = z.infer<typeof IdleActionsBody>;

/** The actions of a body as they are stored, both spellings of the hours made one. */
export function toIdleActions(actions: NonNullable<IdleActionsBody['actions']>): IdleAction[] {
  return actions.map(({ workingHours, instructions, ...action }) => ({
    ...action,
    instructions: instructions || null,
    days: toDays(workingHours),
  }));
}

function toDays(hours: z.infer<typeof ActionBody>['workingHours']) {
  const days = Array.isArray(hours) ? hours : hours?.days;
  return days?.map(({ dayWeek, active, hours }) => ({
    dayWeek,
    active,
    hours: hours.map(({ start, end }) => ({ start, end })),
  }));
}

const Hours = z.object({ ...stamp, start: z.string(), end: z.string(), sequence: z.int() });
const Day = z.object({ ...stamp, active: z.boolean(), dayWeek: z.int(), hours: z.array(Hours) });
const Action = z.object({
  id: z.string(),
  type: z.enum(ACTION_TYPES),
  instructions: z.string().nullable(),
  workingHours: z.object({ ...stamp, active: z.boolean(), days: z.array(Day) }).nullable(),
  allowAllHours: z.boolean(),
  seconds: z.int(),
});
const FinishOn = z.object({ seconds: z.int() });

/** A plan as each face shows it; the published one has no word for "never" but silence. */
export const IdleActionsAnswer = {
  v2: z.preprocess(
    ({ finishOn, ...plan }: { finishOn: unknown }) => ({ ...plan, ...(finishOn !== null && { finishOn }) }),
    z.object({ actions: z.array(Action), finishOn: FinishOn.optional() }),
  ),
  own: z.object({ actions: z.array(Action), finishOn: FinishOn.nullable() }),
};

/** `tenant` and `tenantOwner` are the published names of the workspace, and every part carries them. */
export function toIdlePlanView({ workspaceId, actions, finishOnSeconds }: IdlePlan) {
  const owner = { tenant: workspaceId, tenantOwner: workspaceId };
  return {
    actions: (actions as unknown as StoredIdleAction[]).map(({ workingHours, ...action }) => ({
      ...action,
      workingHours: workingHours && showWeek(workingHours, owner),
    })),
    finishOn: finishOnSeconds === null ? null : { seconds: finishOnSeconds },
  };
}

function showWeek(
  { id, createdAt, updatedAt, days }: NonNullable<StoredIdleAction['workingHours']>,
  owner: { tenant: string; tenantOwner: string },
) {
  const stampOf = (partId: string) => ({ id: partId, ...owner, createdAt, updatedAt });
  return {
    ...stampOf(id),
    active: true,
    days: days.map(({ id: dayId, hours, ...day }) => ({
      ...stampOf(dayId),
      ...day,
      hours: hours.map(({ id: hoursId, ...span }, sequence) => ({ ...stampOf(hoursId), ...span, sequence })),
    })),
  };
}
