import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FAULTS, type Fault, Lane, type Outcome } from './lane.js';

/** CHAOS=all runs every case (`npm run chaos`); otherwise every kill but a tenth of them waits for its day. */
const ALL = process.env['CHAOS'] === 'all';
const DAY = Math.floor(Date.now() / 86_400_000);
const KILLS_OF_TEN = ALL ? 10 : 1;
/** A slow machine leaves the rest of the cases, which begin elsewhere every day, to `npm run chaos`. */
const BUDGET_MS = ALL ? Number.POSITIVE_INFINITY : 90_000;
/** Cases mostly wait: for a lease, for the gateway's worst case. */
const LANES = Number(process.env['CHAOS_LANES'] ?? 6);

const PARTS = ['Primeiro', 'Segundo', 'Terceiro'].map(
  (which) => `${which} balão desta resposta, comprido o bastante para sair sozinho na tela do celular do cliente.`,
);
const tomorrow = new Date(Date.now() + 2 * 86_400_000).toISOString().slice(0, 11);
const ANSWERS = [
  { toolCalls: [{ name: 'set_reminder', arguments: { at: `${tomorrow}09:30`, text: 'Buscar o bolo.' } }] },
  { toolCalls: [{ name: 'transfer_to_human', arguments: { reason: 'quer falar com alguém' } }] },
  PARTS.join('\n\n'),
];

let lanes: Lane[];
let undisturbed: Outcome;
beforeAll(async () => {
  // One after the other: all at once they would wait too long for each other.
  lanes = [];
  while (lanes.length < LANES) lanes.push(await Lane.open(ANSWERS));
  // The first turn fills caches; the second is what every other turn does.
  await lanes[0]!.run();
  undisturbed = await lanes[0]!.run();
  await Promise.all(lanes.slice(1).map((lane) => lane.run()));
});
afterAll(() => Promise.all((lanes ?? []).map((lane) => lane.close())));

function cases(calls: readonly string[]): Fault[] {
  const all = calls.flatMap((call, n) => FAULTS.map((fault) => ({ n, call, after: calls[n - 1], fault })));
  const isKill = ({ fault }: Fault) => fault.startsWith('kill');
  // Kills first: they take longest, and nothing should wait for the last of them alone.
  return [
    ...all.filter((one) => isKill(one) && (one.n + DAY) % 10 < KILLS_OF_TEN),
    ...rotate(all.filter((one) => !isKill(one) && (ALL || !isLikeTheOneBefore(one.call)))),
  ];
}

/** Begins a third further on every day. */
function rotate<T>(list: readonly T[]): T[] {
  const start = Math.floor((list.length * (DAY % 3)) / 3);
  return [...list.slice(start), ...list.slice(0, start)];
}

/** The third call of a kind is made in the situation of the second. */
const isLikeTheOneBefore = (call: string) => Number(call.split('#')[1]) > 2;

describe('a turn of two tool calls and three parts', () => {
  it('does the same undisturbed as it does after any fault in any call: everything, once', async () => {
    expect(undisturbed.received).toEqual(PARTS);
    const queue = cases(undisturbed.calls);
    const wrong: string[] = [];
    let hits = 0;
    let done = 0;
    const startedAt = performance.now();
    const work = async (lane: Lane) => {
      while (performance.now() - startedAt < BUDGET_MS) {
        const next = queue.shift();
        if (!next) return;
        done++;
        const name = `${next.fault} at ${next.call}`;
        const began = performance.now();
        try {
          const { wasHit, received } = await lane.run(next);
          if (wasHit) hits++;
          if (JSON.stringify(received) !== JSON.stringify(PARTS)) wrong.push(`${name}: ${JSON.stringify(received)}`);
          if (process.env['CHAOS_LOG'])
            console.log(`${wasHit ? 'hit ' : 'miss'} ${Math.round(performance.now() - began)} ms ${name}`);
        } catch (error) {
          wrong.push(`${name}: ${(error as Error).message}`);
        }
      }
    };
    const total = queue.length;
    await Promise.all(lanes.map(work));
    console.log(
      `${undisturbed.calls.length} calls, ${done} of ${total} cases, ${hits} hit, ${Math.round((performance.now() - startedAt) / 1_000)} s`,
    );
    const violations = (await Promise.all(lanes.map((lane) => lane.check()))).flat();
    expect({ wrong, violations }).toEqual({ wrong: [], violations: [] });
    expect(hits / done).toBeGreaterThan(0.7);
  }, 3_600_000);
});
