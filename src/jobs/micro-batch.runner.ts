/** How a batch may be gathered. */
export interface MicroBatchOptions {
  /** Most items in one flush. */
  readonly maxSize: number;
  /** Extra wait for company before a flush, in ms; 0 = the next turn of the event loop. */
  readonly lingerMs?: number;
  /** True for an error that concerns the connection, not a row: retrying row by row would only add load. */
  readonly isOutage?: (error: unknown) => boolean;
}

interface Waiting<T, R> {
  readonly item: T;
  readonly resolve: (result: R) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Self-clocking micro-batches: whatever is added while one flush runs goes into the next, so commits per item fall as
 * load rises and a lone item waits for nobody. A flush that fails is retried item by item, so that one poisonous row
 * fails alone.
 */
export class MicroBatch<T, R> {
  private waiting: Waiting<T, R>[] = [];
  private running = false;
  private scheduled = false;

  /** `flush` answers one result per item, in the items' order. */
  constructor(
    private readonly flush: (items: readonly T[]) => Promise<readonly R[]>,
    private readonly options: MicroBatchOptions,
  ) {}

  /** Adds one item; resolves with its result once the batch it joined is committed. */
  add(item: T): Promise<R> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      this.schedule();
    });
  }

  private schedule(): void {
    if (this.running || this.scheduled) return;
    this.scheduled = true;
    const go = () => {
      this.scheduled = false;
      void this.drain();
    };
    if (this.options.lingerMs && this.waiting.length < this.options.maxSize) setTimeout(go, this.options.lingerMs);
    else setImmediate(go);
  }

  private async drain(): Promise<void> {
    if (this.running || this.waiting.length === 0) return;
    this.running = true;
    const batch = this.waiting.splice(0, this.options.maxSize);
    try {
      await this.settle(batch);
    } finally {
      this.running = false;
      if (this.waiting.length >= this.options.maxSize || !this.options.lingerMs) void this.drain();
      else if (this.waiting.length > 0) this.schedule();
    }
  }

  private async settle(batch: readonly Waiting<T, R>[]): Promise<void> {
    try {
      const results = await this.flush(batch.map((w) => w.item));
      batch.forEach((w, i) => {
        w.resolve(results[i] as R);
      });
    } catch (error) {
      if (batch.length === 1 || this.options.isOutage?.(error)) {
        for (const w of batch) w.reject(error);
        return;
      }
      for (const w of batch) await this.settle([w]);
    }
  }
}
