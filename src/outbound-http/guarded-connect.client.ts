import { type LookupAddress, lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import type { AllowList } from '../common/allow-list.js';
import { isPublicAddress } from '../common/public-url.js';

/** All addresses of a name, as `dns.lookup` answers with `all`. */
export type Resolve = (
  hostname: string,
  options: { readonly all: true },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** The connection was never begun. */
const blocked = () => Object.assign(new Error('blocked'), { code: 'EBLOCKED' });

/**
 * An undici connector that opens no connection but to public addresses, or those the operator allows. It judges what is
 * about to be dialled, in the very call that dials it: a name that answers differently the next time gains nothing.
 */
export function guardedConnector(options: {
  readonly allows: AllowList;
  readonly timeoutMs: number;
  readonly resolve?: Resolve | undefined;
}): buildConnector.connector {
  const { allows, timeoutMs, resolve = lookup as Resolve } = options;
  return (target, callback) => {
    const port = Number(target.port) || (target.protocol === 'http:' ? 80 : 443);
    const host = target.hostname
      .replace(/^\[(.*)\]$/, '$1')
      .replace(/\.$/, '')
      .toLowerCase();
    const isAllowed = (address: string) => allows(host, port) || allows(address, port) || isPublicAddress(address);
    // The resolver is not asked for what is an address already.
    if (isIP(host) && !isAllowed(host)) return callback(blocked(), null);
    const guardedLookup: LookupFunction = (name, { all }, done) =>
      resolve(name, { all: true }, (error, addresses) => {
        if (error) return done(error, []);
        // One address inside is enough: which of them is dialled would be chance.
        const isSafe = addresses.length > 0 && addresses.every(({ address }) => isAllowed(address));
        if (!isSafe) return done(blocked(), []);
        if (all) return done(null, addresses);
        done(null, addresses[0]!.address, addresses[0]!.family);
      });
    buildConnector({ timeout: timeoutMs, lookup: guardedLookup, maxCachedSessions: 0 })(target, callback);
  };
}
