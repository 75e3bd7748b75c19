/** Scheme and authority of an address as they stand in its text: what deliveries are counted by, and all a notice shows. */
export function hookHost(url: string): string {
  return /^[^:]+:\/\/[^/?#]*/.exec(url)?.[0] ?? '';
}
