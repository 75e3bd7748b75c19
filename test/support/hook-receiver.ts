import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Something posted to a receiver. */
export interface Posted {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever came
  readonly body: any;
}

/** A tenant's own server on loopback: it keeps what it is sent. */
export interface HookReceiver {
  readonly url: string;
  readonly posted: Posted[];
  /** The status of the next answers, or 'hang' for none at all; 204 to begin with. */
  answer: number | 'hang';
  /** Resolves with the first thing posted that `isIt` accepts; fails after 20 s. */
  next(isIt: (posted: Posted) => boolean): Promise<Posted>;
  close(): void;
}

export async function startHookReceiver(): Promise<HookReceiver> {
  const waiting = new Set<() => void>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const { url: path = '', headers } = request;
      self.posted.push({ path, headers, text, body: text ? JSON.parse(text) : undefined });
      for (const look of waiting) look();
      if (self.answer !== 'hang') response.writeHead(self.answer).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const self: HookReceiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    posted: [],
    answer: 204,
    next: (isIt) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = self.posted.find(isIt);
          if (!found) return;
          clearTimeout(timer);
          waiting.delete(look);
          resolve(found);
        };
        const timer = setTimeout(() => {
          waiting.delete(look);
          reject(new Error(`nothing of that kind was posted, but: ${JSON.stringify(self.posted)}`));
        }, 20_000);
        waiting.add(look);
        look();
      }),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
  return self;
}
