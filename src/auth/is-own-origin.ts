/** What a browser says about the page a request comes from. */
export interface Sender {
  readonly origin: string | undefined;
  /** Sec-Fetch-Site. */
  readonly site: string | undefined;
}

/**
 * Whether the browser names one of these origins as the sender's. A request that says nothing of where it comes from
 * did not come from a page of ours: browsers send Origin with every POST (Fetch standard, 3.2).
 */
export function isOwnOrigin({ origin, site }: Sender, origins: readonly string[]): boolean {
  return origin === undefined ? site === 'same-origin' : origins.includes(origin);
}
