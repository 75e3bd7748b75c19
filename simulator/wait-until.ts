import type { EventEmitter } from 'node:events';

/** Resolves with the first truthy answer of `check`, asked now and after each `event`; rejects after `timeoutMs`. */
export function waitUntil<T>(
  emitter: EventEmitter,
  event: string,
  check: () => T | undefined | false,
  timeoutMs: number,
  describe: () => string,
): Promise<T> {
  const now = check();
  if (now) return Promise.resolve(now);
  return new Promise<T>((resolve, reject) => {
    const done = () => {
      clearTimeout(timer);
      emitter.off(event, look);
    };
    const look = () => {
      const found = check();
      if (!found) return;
      done();
      resolve(found);
    };
    const timer = setTimeout(() => {
      done();
      reject(new Error(`Waited ${timeoutMs} ms in vain: ${describe()}`));
    }, timeoutMs);
    emitter.on(event, look);
  });
}
