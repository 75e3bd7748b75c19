import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { buildConnector } from 'undici';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { NOTHING_ALLOWED, parseAllowList } from '../common/allow-list.js';
import { FORBIDDEN_ADDRESSES } from '../common/forbidden-addresses.js';
import { guardedConnector, type Resolve } from './guarded-connect.client.js';
import { OutboundError } from './outbound-error.js';
import { OutboundHttpService, type OutboundRequest } from './outbound-http.service.js';

/** A receiver on loopback that remembers what it was asked. */
interface Receiver {
  readonly port: number;
  readonly requests: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[];
}

async function receive(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<Receiver> {
  const requests: Receiver['requests'] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      requests.push({ method, url, headers, body: Buffer.concat(chunks).toString() });
      answer(request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, requests };
}

/** A resolver that gives the answers of a list, one after the other, and then the last one again. */
function answering(...answers: string[][]): Resolve {
  let asked = 0;
  return (_name, _options, callback) => {
    const addresses = answers[Math.min(asked++, answers.length - 1)]!;
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
}

function client(options: { allow?: string[]; resolve?: Resolve } = {}): OutboundHttpService {
  const allows = parseAllowList(options.allow ?? []);
  const service = new OutboundHttpService({ allows, ...(options.resolve ? { resolve: options.resolve } : {}) });
  onTestFinished(() => service.onApplicationShutdown());
  return service;
}

const codeOf = async (service: OutboundHttpService, url: string, more: Partial<OutboundRequest> = {}) => {
  const error = await service.request({ url, method: 'GET', ...more }).then(
    ({ status }) => status,
    (reason: unknown) => reason,
  );
  return error instanceof OutboundError ? error.code : error;
};

/** 'connected', or the code of what was in the way. */
const dial = (connector: buildConnector.connector, hostname: string, port: number) =>
  new Promise<string>((done) => {
    connector({ hostname, port: String(port), protocol: 'http:' }, (error, socket) => {
      socket?.destroy();
      done(error ? (error as NodeJS.ErrnoException).code! : 'connected');
    });
  });

/** Every address that anything of this process began a connection to, once its name was resolved. */
const dialled: string[] = [];
const connect = Socket.prototype.connect;

beforeEach(() => {
  dialled.length = 0;
  vi.spyOn(Socket.prototype, 'connect').mockImplementation(function (this: Socket, ...args: unknown[]) {
    this.on('connectionAttempt', (address, port) => dialled.push(`${address}:${port}`));
    return connect.apply(this, args as never);
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe('an address that leads inside', () => {
  it.each(FORBIDDEN_ADDRESSES)('%s is refused, and nothing is dialled', async (url) => {
    expect(await codeOf(client(), url)).toBe('URL_NOT_ALLOWED');
    expect(dialled).toEqual([]);
  });

  it.each<{ name: string; addresses: string[] }>([
    { name: 'loopback (127.0.0.1.nip.io)', addresses: ['127.0.0.1'] },
    { name: 'IPv6 loopback only', addresses: ['::1'] },
    { name: 'IPv4 loopback within IPv6', addresses: ['::ffff:127.0.0.1'] },
    { name: 'IPv4 loopback behind NAT64', addresses: ['64:ff9b::7f00:1'] },
    { name: 'a private address behind a CNAME', addresses: ['10.0.0.5'] },
    { name: 'a unique local address', addresses: ['fd00::5'] },
    { name: 'a link-local address with its zone', addresses: ['fe80::1%eth0'] },
    { name: 'the metadata service', addresses: ['169.254.169.254'] },
    { name: 'the host of a cloud machine', addresses: ['168.63.129.16'] },
    { name: 'a public and a private one', addresses: ['93.184.216.34', '10.0.0.5'] },
    { name: 'a public IPv4 and a private IPv6', addresses: ['93.184.216.34', 'fd00::5'] },
    { name: 'nothing', addresses: [] },
  ])('a name that resolves to $name is refused, and nothing is dialled', async ({ addresses }) => {
    expect(await codeOf(client({ resolve: answering(addresses) }), 'https://name.example/')).toBe('UNREACHABLE');
    expect(dialled).toEqual([]);
  });

  it('a name that turns to an address inside after its first connection is refused', async () => {
    const { port } = await receive((_request, response) => response.end());
    // One address of loopback stands for the public internet here, and the next for what is not.
    const allows = parseAllowList([`127.0.0.1:${port}`]);
    const resolve = answering(['127.0.0.1'], ['127.0.0.2']);
    const connector = guardedConnector({ allows, timeoutMs: 1_000, resolve });
    const again = () => dial(connector, 'rebinding.example', port);
    expect([await again(), await again()]).toEqual(['connected', 'EBLOCKED']);
    expect(dialled).toEqual([`127.0.0.1:${port}`]);
  });

  it.each(['127.0.0.1', '[::1]', '::1', '127.0.0.1.', '10.0.0.1'])(
    '%s is not dialled whoever let it pass',
    async (host) => {
      const connector = guardedConnector({ allows: NOTHING_ALLOWED, timeoutMs: 1_000 });
      expect(await dial(connector, host, 80)).toBe('EBLOCKED');
      expect(dialled).toEqual([]);
    },
  );

  it('blocked and closed look the same', async () => {
    const said = async (service: OutboundHttpService, url: string) => {
      const error = await service.request({ url, method: 'GET' }).catch((reason: unknown) => reason as OutboundError);
      return { code: (error as OutboundError).code, message: (error as OutboundError).message };
    };
    const closed = await said(client({ allow: ['127.0.0.1/32'] }), 'http://127.0.0.1:1/');
    const blocked = await said(client({ resolve: answering(['127.0.0.1']) }), 'http://name.example/');
    const unknown = await said(
      client({
        resolve: (_name, _options, callback) => callback(Object.assign(new Error(), { code: 'ENOTFOUND' }), []),
      }),
      'http://name.example/',
    );
    expect(blocked).toEqual(closed);
    expect(unknown).toEqual(closed);
  });

  it('the proxy of the environment is not asked', async () => {
    const proxy = await receive((_request, response) => response.end());
    for (const name of ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'ALL_PROXY'])
      vi.stubEnv(name, `http://127.0.0.1:${proxy.port}`);
    vi.stubEnv('NODE_USE_ENV_PROXY', '1');
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    expect(await codeOf(client({ resolve: answering(['10.0.0.5']) }), 'http://name.example/')).toBe('UNREACHABLE');
    expect(dialled).toEqual([]);
    expect(proxy.requests).toEqual([]);
  });
});

describe('a redirect', () => {
  it.each([301, 302, 303, 307, 308])('with %i to an address inside ends there', async (status) => {
    const inside = await receive((_request, response) => response.end('secret'));
    const outside = await receive((_request, response) =>
      response.writeHead(status, { location: `http://127.0.0.1:${inside.port}/` }).end(),
    );
    const service = client({ allow: [`127.0.0.1:${outside.port}`] });
    expect(await codeOf(service, `http://127.0.0.1:${outside.port}/`)).toBe('URL_NOT_ALLOWED');
    expect(inside.requests).toEqual([]);
    expect(dialled).toEqual([`127.0.0.1:${outside.port}`]);
  });

  it.each(['file:///etc/passwd', 'http://169.254.169.254/', 'http://localhost/', 'https://example.com:22/', 'data:,x'])(
    'to %s ends there',
    async (location) => {
      const outside = await receive((_request, response) => response.writeHead(302, { location }).end());
      const service = client({ allow: [`127.0.0.1:${outside.port}`] });
      expect(await codeOf(service, `http://127.0.0.1:${outside.port}/`)).toBe('URL_NOT_ALLOWED');
      expect(dialled).toEqual([`127.0.0.1:${outside.port}`]);
    },
  );

  it('to a name that resolves inside ends there', async () => {
    const outside = await receive((_request, response) =>
      response.writeHead(302, { location: 'http://inside.example/' }).end(),
    );
    const service = client({ allow: [`127.0.0.1:${outside.port}`], resolve: answering(['10.0.0.5']) });
    expect(await codeOf(service, `http://127.0.0.1:${outside.port}/`)).toBe('UNREACHABLE');
    expect(dialled).toEqual([`127.0.0.1:${outside.port}`]);
  });

  it('is followed five times, and no more', async () => {
    const chain = await receive((request, response) => {
      const left = Number(new URL(request.url!, 'http://x').searchParams.get('left'));
      if (left > 0) response.writeHead(302, { location: `/?left=${left - 1}` }).end();
      else response.end('there');
    });
    const service = client({ allow: ['127.0.0.1/32'] });
    const url = (left: number) => `http://127.0.0.1:${chain.port}/?left=${left}`;
    const answer = await service.request({ url: url(5), method: 'GET' });
    expect({ body: answer.body.toString(), url: answer.url }).toEqual({ body: 'there', url: url(0) });
    chain.requests.length = 0;
    expect(await codeOf(service, url(11))).toBe('TOO_MANY_REDIRECTS');
    expect(chain.requests).toHaveLength(6);
  });

  it('is the answer where none is to be followed', async () => {
    const receiver = await receive((_request, response) => response.writeHead(302, { location: '/else' }).end());
    const service = client({ allow: ['127.0.0.1/32'] });
    expect(await codeOf(service, `http://127.0.0.1:${receiver.port}/`, { maxRedirects: 0 })).toBe(302);
    expect(receiver.requests).toHaveLength(1);
  });

  it('takes no secret to another host', async () => {
    const second = await receive((_request, response) => response.end('ok'));
    const first = await receive((_request, response) =>
      response.writeHead(307, { location: `http://127.0.0.1:${second.port}/` }).end(),
    );
    const service = client({ allow: ['127.0.0.1/32'] });
    const headers = { Authorization: 'Bearer secret', 'X-Key': 'secret', Cookie: 'a=b', 'Content-Type': 'text/plain' };
    await service.request({ url: `http://127.0.0.1:${first.port}/`, method: 'POST', headers, body: 'x' });
    expect(first.requests[0]!.headers).toMatchObject({ authorization: 'Bearer secret', 'x-key': 'secret' });
    expect(second.requests[0]).toMatchObject({ method: 'POST', body: 'x' });
    expect(JSON.stringify(second.requests[0]!.headers)).not.toMatch(/secret|a=b/);
  });
});

describe('an answer', () => {
  it('comes with its status, headers and body', async () => {
    const receiver = await receive((_request, response) => response.writeHead(418, { 'x-a': 'b' }).end('tea'));
    const answer = await client({ allow: ['127.0.0.1/32'] }).request({
      url: `http://127.0.0.1:${receiver.port}/a?b=c`,
      method: 'PUT',
      headers: { 'x-own': '1', host: 'inside', 'user-agent': 'curl' },
      body: 'body',
    });
    expect(answer).toMatchObject({ status: 418, headers: { 'x-a': 'b' } });
    expect(answer.body.toString()).toBe('tea');
    expect(receiver.requests[0]).toMatchObject({
      method: 'PUT',
      url: '/a?b=c',
      body: 'body',
      headers: { 'x-own': '1', host: `127.0.0.1:${receiver.port}`, 'user-agent': expect.stringMatching(/^Tawkee\//) },
    });
  });

  it('is decompressed', async () => {
    const receiver = await receive((_request, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('bom dia')),
    );
    const answer = await client({ allow: ['127.0.0.1/32'] }).request({
      url: `http://127.0.0.1:${receiver.port}/`,
      method: 'GET',
    });
    expect(answer.body.toString()).toBe('bom dia');
  });

  it('leaves no cookie behind', async () => {
    const receiver = await receive((_request, response) => response.setHeader('set-cookie', 'a=b').end());
    const service = client({ allow: ['127.0.0.1/32'] });
    for (const path of ['1', '2']) await codeOf(service, `http://127.0.0.1:${receiver.port}/${path}`);
    expect(receiver.requests.map(({ headers }) => headers.cookie)).toEqual([undefined, undefined]);
  });

  it.each<{ name: string; answer: (response: ServerResponse) => void; more?: Partial<OutboundRequest>; code: string }>([
    { name: 'too long', answer: (response) => response.end(Buffer.alloc(256 * 1024 + 1)), code: 'TOO_LARGE' },
    { name: 'too long for this call', answer: (r) => r.end('12345'), more: { maxBytes: 4 }, code: 'TOO_LARGE' },
    {
      name: 'a bomb of zeros',
      answer: (r) => r.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(50 * 1024 * 1024))),
      code: 'TOO_LARGE',
    },
    {
      name: 'not compressed as it says',
      answer: (r) => r.writeHead(200, { 'content-encoding': 'gzip' }).end('plain'),
      code: 'UNREADABLE',
    },
    {
      name: 'of an unknown encoding',
      answer: (r) => r.writeHead(200, { 'content-encoding': 'zz' }).end('x'),
      code: 'UNREADABLE',
    },
    {
      name: 'cut',
      answer: (r) => r.writeHead(200, { 'content-length': '10' }).write('x', () => r.destroy()),
      code: 'UNREACHABLE',
    },
    { name: 'never there', answer: () => undefined, more: { timeoutMs: 50 }, code: 'TIMEOUT' },
    {
      name: 'dripping',
      answer: (r) => {
        const drip = setInterval(() => r.write('x'), 10);
        r.on('close', () => clearInterval(drip));
      },
      more: { timeoutMs: 100 },
      code: 'TIMEOUT',
    },
  ])('that is $name: $code', async ({ answer, more, code }) => {
    const receiver = await receive((_request, response) => answer(response));
    expect(await codeOf(client({ allow: ['127.0.0.1/32'] }), `http://127.0.0.1:${receiver.port}/`, more)).toBe(code);
  });

  it('is not waited for by a caller who gives up', async () => {
    const receiver = await receive(() => giveUp.abort(new Error('enough')));
    const giveUp = new AbortController();
    const url = `http://127.0.0.1:${receiver.port}/`;
    const asked = client({ allow: ['127.0.0.1/32'] }).request({ url, method: 'GET', signal: giveUp.signal });
    await expect(asked).rejects.toThrow('enough');
  });
});
