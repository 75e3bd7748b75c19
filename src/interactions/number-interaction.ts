/** Crockford's base 32: no letter that is taken for a digit, https://www.crockford.com/base32.html */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const SUFFIX_LENGTH = 6;

/**
 * The number people quote for an interaction: the UTC day it began and six characters of its id, "20261125-7K3F9Q". The
 * suffix comes from the random end of a UUIDv7, so two of one day agree once in a thousand million.
 */
export function toProtocol(interactionId: string, startAt: Date): string {
  const day = startAt.toISOString().slice(0, 10).replaceAll('-', '');
  let rest = BigInt(`0x${interactionId.replaceAll('-', '').slice(-8)}`);
  let suffix = '';
  for (let n = 0; n < SUFFIX_LENGTH; n++) {
    suffix = ALPHABET[Number(rest & 31n)] + suffix;
    rest >>= 5n;
  }
  return `${day}-${suffix}`;
}
