import type { Logger } from 'pino';

/** Work whose due times are rows. */
export interface DueWorkOptions<T> {
  readonly name: string;
  /** The backstop where a wake-up was lost, in ms. */
  readonly pollMs: number;
  /** Items at most at one time in this process. */
  readonly concurrency: number;
  /** Takes up to `limit` due rows so that nobody else takes them for a while (SKIP LOCKED, a lease in the row). */
  readonly claim: (limit: number) => Promise<readonly T[]>;
  /** Does one. It records its own outcome and next due time; what it throws is logged, and the lease brings it back. */
  readonly run: (item: T, abort: AbortSignal) => Promise<void>;
  /** Calls back whenever something may be due, and answers the way to stop; left out: polling is all there is. */
  readonly wakeOn?: (wake: () => void) => () => void;
  readonly logger: Logger;
}

/** Claims due rows and works on several at once, until stopped: the row decides, timers and wake-ups only look. */
export class DueWork<T> {
  private readonly abort = new AbortController();
  private readonly running = new Set<Promise<void>>();
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private again = false;
  private stopListening: (() => void) | undefined;

  constructor(private readonly options: DueWorkOptions<T>) {}

  start(): void {
    this.stopListening = this.options.wakeOn?.(() => this.wake());
    this.timer = setInterval(() => this.wake(), this.options.pollMs);
    this.wake();
  }

  /** Looks now; a call while it looks means: once more. */
  wake(): void {
    if (this.abort.signal.aborted) return;
    if (this.looking) {
      this.again = true;
      return;
    }
    this.looking = this.look().finally(() => {
      this.looking = undefined;
      if (!this.again) return;
      this.again = false;
      this.wake();
    });
  }

  /** Claims no more, tells what runs to stop, and waits for it. */
  async stop(): Promise<void> {
    this.stopListening?.();
    clearInterval(this.timer);
    this.abort.abort();
    await this.looking;
    await Promise.all(this.running);
  }

  private async look(): Promise<void> {
    const { name, concurrency, claim, logger } = this.options;
    const free = concurrency - this.running.size;
    if (free <= 0) return;
    try {
      const items = await claim(free);
      for (const item of items) this.begin(item);
    } catch (error) {
      logger.warn({ err: error, work: name }, 'due work not claimed; trying again');
    }
  }

  private begin(item: T): void {
    const { name, run, logger } = this.options;
    const work = run(item, this.abort.signal)
      .catch((error: unknown) => {
        if (!this.abort.signal.aborted) logger.warn({ err: error, work: name }, 'due work failed; it will be repeated');
      })
      .finally(() => {
        this.running.delete(work);
        this.wake();
      });
    this.running.add(work);
  }
}
