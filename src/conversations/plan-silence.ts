import { nextOpening, type Week } from './next-opening.js';

/** What an agent does when its customer falls silent; `seconds` count from our last word. */
export interface SilencePlan {
  readonly actions: readonly {
    readonly id: string;
    readonly type: 'SEND_MESSAGE' | 'FINISH_INTERACTION';
    readonly instructions: string | null;
    readonly seconds: number;
    readonly allowAllHours: boolean;
    readonly workingHours: { readonly days: Week } | null;
  }[];
  readonly finishOnSeconds: number | null;
}

/** One timer of a silence. */
export interface SilenceTimer {
  readonly kind: 'IDLE_ACTION' | 'IDLE_FINISH';
  readonly key: string;
  readonly instructions: string | null;
  readonly dueInMs: number;
}

/**
 * The timers of a silence that begins `now`. Outside an action's own hours its time moves to the next opening; an action
 * whose week never opens has none.
 */
export function planSilence(plan: SilencePlan, timezone: string, now: Date): SilenceTimer[] {
  const timers: SilenceTimer[] = [];
  for (const { id, type, instructions, seconds, allowAllHours, workingHours } of plan.actions) {
    const due = new Date(now.getTime() + seconds * 1_000);
    const at = allowAllHours ? due : nextOpening(workingHours?.days ?? [], timezone, due);
    if (!at) continue;
    const kind = type === 'FINISH_INTERACTION' ? 'IDLE_FINISH' : 'IDLE_ACTION';
    timers.push({ kind, key: `idle:${id}`, instructions, dueInMs: at.getTime() - now.getTime() });
  }
  if (plan.finishOnSeconds !== null)
    timers.push({ kind: 'IDLE_FINISH', key: 'idle:finish', instructions: null, dueInMs: plan.finishOnSeconds * 1_000 });
  return timers;
}
