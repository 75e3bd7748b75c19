/** A window is paid for in this many purchases at most. */
const PURCHASES = 8;

/** Takes points out of the window's shared account; false when they are not there. */
export type BuyPoints = (account: string, points: number) => Promise<boolean>;

interface Tally {
  count: number;
  /** Events this process may let pass. */
  allowed: number;
  paid: number;
  isSpent: boolean;
  purchase: Promise<void> | undefined;
}

/**
 * A limit many processes hold together without asking each time. In each window the first eighth is free in every
 * process; what comes after is paid for in eighths out of one account, the free one with the first purchase. So one
 * process alone lets exactly `points` pass, and n processes at most n - 1 eighths more; a window costs eight statements
 * a process at most, and a quiet key none. Windows begin with the clock, so that all processes mean the same one.
 */
export class Allowance {
  private readonly chunk: number;
  private window = -1;
  private tallies = new Map<string, Tally>();

  constructor(
    private readonly points: number,
    private readonly windowMs: number,
    private readonly buy: BuyPoints,
  ) {
    this.chunk = Math.ceil(points / PURCHASES);
  }

  /** Counts one event of `key`; answers 0 when it may pass, else the milliseconds until the window ends. */
  async take(key: string, nowMs: number): Promise<number> {
    const window = Math.floor(nowMs / this.windowMs);
    if (window !== this.window) {
      this.window = window;
      this.tallies = new Map();
    }
    const tally = this.tallyOf(key);
    while (tally.count >= tally.allowed) {
      if (tally.isSpent) return (window + 1) * this.windowMs - nowMs;
      tally.purchase ??= this.purchase(`${key}:${window}`, tally).finally(() => {
        tally.purchase = undefined;
      });
      await tally.purchase;
    }
    tally.count++;
    return 0;
  }

  private tallyOf(key: string): Tally {
    let tally = this.tallies.get(key);
    if (!tally) {
      tally = { count: 0, allowed: this.chunk, paid: 0, isSpent: false, purchase: undefined };
      this.tallies.set(key, tally);
    }
    return tally;
  }

  private async purchase(account: string, tally: Tally): Promise<void> {
    const wanted = Math.min(tally.paid === 0 ? 2 * this.chunk : this.chunk, this.points - tally.paid);
    if (wanted <= 0 || tally.allowed >= this.points) {
      tally.isSpent = true;
      return;
    }
    const isBought = await this.buy(account, wanted).catch(() => undefined);
    if (isBought === false) {
      tally.isSpent = true;
      return;
    }
    tally.paid += wanted;
    // Nobody can be asked: each process then holds the limit for itself.
    tally.allowed = isBought === undefined ? this.points : Math.max(tally.allowed, tally.paid);
  }
}
