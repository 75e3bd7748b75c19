import type { OnApplicationShutdown } from '@nestjs/common';
import { Agent } from 'undici';
import { type AllowList, NOTHING_ALLOWED } from '../common/allow-list.js';
import { whyNotPublic } from '../common/public-url.js';
import { guardedConnector, type Resolve } from './guarded-connect.client.js';
import { type Hop, keepHeaders, nextHop } from './next-hop.js';
import { OutboundError } from './outbound-error.js';
import { discard, readBody } from './read-body.client.js';

export interface OutboundRequest {
  readonly url: string;
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | Buffer | undefined;
  /** The answer at most, decompressed; default 256 kB. */
  readonly maxBytes?: number | undefined;
  /** For everything together: names, connections, redirects, the whole body; default 10 s. */
  readonly timeoutMs?: number | undefined;
  /** 0 answers a redirect itself; default 5. */
  readonly maxRedirects?: number | undefined;
  /** The status is all that is wanted: the answer has an empty body, and nobody waits for what there is of it. */
  readonly ignoreBody?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface OutboundAnswer {
  readonly status: number;
  /** By their names in lower case; several of one name are joined by a comma. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Where the answer came from, after redirects. */
  readonly url: string;
}

const MAX_BYTES = 256 * 1024;
const TIMEOUT_MS = 10_000;
const MAX_REDIRECTS = 5;
const USER_AGENT = 'Tawkee/0.1.0';

/**
 * Asks addresses that tenants choose, and nothing that is not on the public internet unless the operator allows it.
 * No cookies, no proxy of the environment. Every address a tenant may choose is dialled here and nowhere else.
 */
export class OutboundHttpService implements OnApplicationShutdown {
  private readonly agent: Agent;
  private readonly allows: AllowList;

  constructor(options: { readonly allows?: AllowList; readonly resolve?: Resolve } = {}) {
    this.allows = options.allows ?? NOTHING_ALLOWED;
    this.agent = new Agent({
      connect: guardedConnector({ allows: this.allows, timeoutMs: TIMEOUT_MS, resolve: options.resolve }),
      // The deadline is the request's own signal, which also counts the wait for a connection.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.agent.destroy();
  }

  /** The last answer, whatever its status. @throws OutboundError; the signal's reason when the caller gave up */
  async request(request: OutboundRequest): Promise<OutboundAnswer> {
    const deadline = AbortSignal.timeout(request.timeoutMs ?? TIMEOUT_MS);
    const signal = request.signal ? AbortSignal.any([deadline, request.signal]) : deadline;
    try {
      return await this.follow(request, signal);
    } catch (error) {
      request.signal?.throwIfAborted();
      if (deadline.aborted) throw new OutboundError('TIMEOUT');
      throw error instanceof OutboundError
        ? error
        : new OutboundError(isEncoding(error) ? 'UNREADABLE' : 'UNREACHABLE');
    }
  }

  private async follow(request: OutboundRequest, signal: AbortSignal): Promise<OutboundAnswer> {
    const { method, body = null, maxBytes = MAX_BYTES, maxRedirects = MAX_REDIRECTS } = request;
    if (whyNotPublic(request.url, this.allows)) throw new OutboundError('URL_NOT_ALLOWED');
    let hop: Hop = { url: new URL(request.url), method, headers: keepHeaders(request.headers ?? {}), body };
    for (let redirects = 0; ; redirects++) {
      const response = await this.dial(hop, signal);
      const headers = flatten(response.headers);
      const next = maxRedirects > 0 ? nextHop(hop, response.statusCode, headers['location']) : null;
      if (!next) {
        const encoding = (headers['content-encoding'] ?? '').trim().toLowerCase();
        const answer = { status: response.statusCode, headers, url: hop.url.href };
        if (!request.ignoreBody) return { ...answer, body: await readBody(response.body, encoding, maxBytes) };
        discard(response.body);
        return { ...answer, body: Buffer.alloc(0) };
      }
      discard(response.body);
      if (redirects === maxRedirects) throw new OutboundError('TOO_MANY_REDIRECTS');
      if (whyNotPublic(next.url.href, this.allows)) throw new OutboundError('URL_NOT_ALLOWED');
      hop = next;
    }
  }

  private dial({ url, method, headers, body }: Hop, signal: AbortSignal) {
    return this.agent.request({
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method: method as 'GET',
      headers: { ...headers, 'user-agent': USER_AGENT, 'accept-encoding': 'gzip, deflate, br' },
      body,
      signal,
    });
  }
}

/** What zlib says of bytes that are not what the header promised. */
function isEncoding(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && /^(Z_|ERR__ERROR)/.test(code);
}

function flatten(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const given = Object.entries(headers).filter((entry): entry is [string, string | string[]] => entry[1] !== undefined);
  return Object.fromEntries(given.map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]));
}
