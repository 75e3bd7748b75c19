import { isDeepStrictEqual } from 'node:util';

/** What an agent may do when a customer falls silent. */
export const ACTION_TYPES = ['SEND_MESSAGE', 'FINISH_INTERACTION'] as const;

interface Span {
  readonly start: string;
  readonly end: string;
}

interface Day<Hours = Span> {
  readonly dayWeek: number;
  readonly active: boolean;
  readonly hours: readonly Hours[];
}

interface Step {
  readonly type: (typeof ACTION_TYPES)[number];
  readonly instructions: string | null;
  readonly seconds: number;
  readonly allowAllHours: boolean;
}

/** An action as somebody wrote it. */
export interface IdleAction extends Step {
  readonly id?: string;
  readonly days?: readonly Day[];
}

type Named<T> = T & { readonly id: string };

/** An action as it is kept in `idle_plans.actions`. Instants are epoch milliseconds. */
export interface StoredIdleAction extends Step {
  readonly id: string;
  readonly workingHours: {
    readonly id: string;
    readonly createdAt: number;
    readonly updatedAt: number | null;
    readonly days: readonly Named<Day<Named<Span>>>[];
  } | null;
}

/**
 * The actions to keep, in their new order. One that names the id of a stored one keeps that id, and its working hours
 * theirs as long as they stay the same; everything else gets an id from `newId`. Who works at all hours keeps none.
 */
export function mergeIdleActions(
  stored: readonly StoredIdleAction[],
  given: readonly IdleAction[],
  { now, newId }: { now: number; newId: () => string },
): StoredIdleAction[] {
  const left = new Map(stored.map((action) => [action.id, action]));
  return given.map(({ id, days, ...step }) => {
    const old = id === undefined ? undefined : left.get(id);
    if (id !== undefined) left.delete(id);
    const workingHours = step.allowAllHours ? null : mergeWeek(old?.workingHours ?? null, days ?? [], { now, newId });
    return { ...step, id: old?.id ?? newId(), workingHours };
  });
}

type Week = NonNullable<StoredIdleAction['workingHours']>;

function mergeWeek(old: Week | null, days: readonly Day[], { now, newId }: { now: number; newId: () => string }): Week {
  if (old && isDeepStrictEqual(old.days.map(withoutIds), days)) return old;
  return {
    id: old?.id ?? newId(),
    createdAt: old?.createdAt ?? now,
    updatedAt: old ? now : null,
    days: days.map((day) => ({
      ...day,
      id: newId(),
      hours: day.hours.map((span) => ({ ...span, id: newId() })),
    })),
  };
}

function withoutIds({ dayWeek, active, hours }: Day): Day {
  return { dayWeek, active, hours: hours.map(({ start, end }) => ({ start, end })) };
}
