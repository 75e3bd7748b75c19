import { describe, expect, it } from 'vitest';
import { Allowance, type BuyPoints } from './allowance.js';

/** One account per window, as the shared limiter keeps it. */
function account(points: number): { buy: BuyPoints; purchases: number[] } {
  const sold = new Map<string, number>();
  const purchases: number[] = [];
  return {
    purchases,
    buy: async (key, wanted) => {
      purchases.push(wanted);
      const total = (sold.get(key) ?? 0) + wanted;
      sold.set(key, total);
      return total <= points;
    },
  };
}

async function passed(allowance: Allowance, events: number, nowMs: number, key = 'a'): Promise<number> {
  let passing = 0;
  for (let n = 0; n < events; n++) if ((await allowance.take(key, nowMs)) === 0) passing++;
  return passing;
}

describe('alone', () => {
  it.each([1, 2, 7, 8, 9, 20, 1000])('lets exactly %i of many pass, in eight purchases at most', async (points) => {
    const { buy, purchases } = account(points);
    expect(await passed(new Allowance(points, 1_000, buy), points + 50, 5_000)).toBe(points);
    expect(purchases.length).toBeLessThanOrEqual(8);
  });

  it('asks nobody below an eighth', async () => {
    const { buy, purchases } = account(80);
    expect(await passed(new Allowance(80, 1_000, buy), 10, 5_000)).toBe(10);
    expect(purchases).toEqual([]);
  });

  it('says how long the window lasts, and begins anew with the next', async () => {
    const allowance = new Allowance(1, 1_000, account(1).buy);
    expect(await allowance.take('a', 5_000)).toBe(0);
    expect(await allowance.take('a', 5_250)).toBe(750);
    expect(await allowance.take('a', 6_000)).toBe(0);
  });

  it('counts each key for itself', async () => {
    const allowance = new Allowance(4, 1_000, account(4).buy);
    expect(await passed(allowance, 9, 5_000, 'a')).toBe(4);
    expect(await passed(allowance, 9, 5_000, 'b')).toBe(4);
  });

  it('holds when many come at once, and they share the purchases', async () => {
    const { buy, purchases } = account(16);
    const allowance = new Allowance(16, 1_000, buy);
    const waits = await Promise.all(Array.from({ length: 100 }, () => allowance.take('a', 5_000)));
    expect(waits.filter((wait) => wait === 0)).toHaveLength(16);
    expect(purchases.length).toBeLessThanOrEqual(8);
  });
});

it('holds together: one eighth more for each further process', async () => {
  const { buy } = account(80);
  const processes = Array.from({ length: 3 }, () => new Allowance(80, 1_000, buy));
  let passing = 0;
  for (let n = 0; n < 100; n++) for (const process of processes) passing += await passed(process, 1, 5_000);
  expect(passing).toBeGreaterThanOrEqual(80);
  expect(passing).toBeLessThanOrEqual(80 + 2 * 10);
});

it('lets each process hold the limit alone when nobody can be asked', async () => {
  const broken: BuyPoints = () => Promise.reject(new Error('down'));
  expect(await passed(new Allowance(80, 1_000, broken), 200, 5_000)).toBe(80);
});
