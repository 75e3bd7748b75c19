import { describe, expect, it } from 'vitest';
import { MicroBatch } from './micro-batch.runner.js';

/** A flush whose completion the test decides. */
function gatedFlush() {
  const calls: { items: readonly number[]; done: () => void }[] = [];
  const flush = (items: readonly number[]) =>
    new Promise<readonly number[]>((resolve) => {
      calls.push({ items, done: () => resolve(items.map((i) => i * 10)) });
    });
  return { calls, flush };
}

const nextTick = () => new Promise((resolve) => setImmediate(resolve));

describe('MicroBatch', () => {
  it('puts everything that arrives while a flush runs into the next one', async () => {
    const { calls, flush } = gatedFlush();
    const batch = new MicroBatch(flush, { maxSize: 100 });
    const first = batch.add(1);
    await nextTick();
    const rest = [batch.add(2), batch.add(3)];
    await nextTick();
    expect(calls.map((c) => c.items)).toEqual([[1]]);
    calls[0]!.done();
    expect(await first).toBe(10);
    await nextTick();
    expect(calls.map((c) => c.items)).toEqual([[1], [2, 3]]);
    calls[1]!.done();
    expect(await Promise.all(rest)).toEqual([20, 30]);
  });

  it('never exceeds its size', async () => {
    const sizes: number[] = [];
    const batch = new MicroBatch<number, number>(
      async (items) => {
        sizes.push(items.length);
        return items;
      },
      { maxSize: 2 },
    );
    await Promise.all([1, 2, 3, 4, 5].map((i) => batch.add(i)));
    expect(sizes).toEqual([2, 2, 1]);
  });

  it('fails a poisonous item alone', async () => {
    const batch = new MicroBatch<number, number>(
      async (items) => {
        if (items.includes(13)) throw new Error('poison');
        return items;
      },
      { maxSize: 10 },
    );
    const results = await Promise.allSettled([1, 13, 2].map((i) => batch.add(i)));
    expect(results.map((r) => r.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('does not retry item by item while the database is away', async () => {
    let flushes = 0;
    const batch = new MicroBatch<number, number>(
      async () => {
        flushes++;
        throw new Error('away');
      },
      { maxSize: 10, isOutage: () => true },
    );
    const results = await Promise.allSettled([1, 2, 3].map((i) => batch.add(i)));
    expect(results.every((r) => r.status === 'rejected')).toBe(true);
    expect(flushes).toBe(1);
  });
});
