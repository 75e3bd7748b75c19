import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseConfig, type RuntimeConfig } from '../../../src/config.js';
import { StorageService } from '../../../src/storage/storage.service.js';
import { storageKey } from '../../../src/storage/storage-key.js';

const KEY = storageKey('0192f0a1-0000-7000-8000-000000000001', '0192f0a1-0000-7000-8000-000000000002');
const start = (env: Record<string, string>) =>
  new StorageService(parseConfig(env, () => 'unused') as unknown as RuntimeConfig);

describe('a folder', () => {
  let dataDir: string;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'tawkee-storage-'));
  });
  afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

  it('keeps, shows, replaces and deletes', async () => {
    const storage = start({ DATA_DIR: dataDir });
    await storage.put(KEY, Buffer.from('one'), 'text/plain');
    await storage.put(KEY, Buffer.from('two'), 'text/plain');
    expect(String(await storage.get(KEY))).toBe('two');
    expect(await text(await storage.stream(KEY))).toBe('two');
    expect(readdirSync(join(dataDir, 'media'))).toEqual([KEY.split('/')[0]]);
    expect(await storage.presign(KEY, 60, { contentType: 'text/plain', contentDisposition: 'inline' })).toBeUndefined();
    await storage.delete(KEY);
    await storage.delete(KEY);
    await expect(storage.get(KEY)).rejects.toThrow();
    await expect(storage.stream(KEY)).rejects.toThrow();
  });
});

describe('a bucket', () => {
  let server: Server;
  let asked: { line: string; isSigned: boolean; acl: unknown }[];
  const files = new Map<string, Buffer>();

  /** As much of S3's protocol as one file needs. */
  beforeEach(async () => {
    asked = [];
    server = createServer(async (request: IncomingMessage, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const path = request.url!.split('?')[0]!;
      const isSigned = /^AWS4-HMAC-SHA256 /.test(request.headers.authorization ?? '');
      asked.push({ line: `${request.method} ${path}`, isSigned, acl: request.headers['x-amz-acl'] });
      if (request.method === 'PUT') files.set(path, Buffer.concat(chunks));
      const file = files.get(path);
      if (!file) return void response.writeHead(404).end();
      response.writeHead(200, { 'content-length': request.method === 'PUT' ? 0 : file.length });
      response.end(request.method === 'GET' ? file : undefined);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('is spoken to in its own protocol, signed, and gives addresses of its own', async () => {
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const storage = start({
      S3_BUCKET: 'files',
      S3_ENDPOINT: endpoint,
      S3_ACCESS_KEY_ID: 'id',
      S3_SECRET_ACCESS_KEY: 'secret',
    });
    await storage.put(KEY, Buffer.from('one'), 'text/plain');
    expect(asked).toEqual([{ line: `PUT /files/${KEY}`, isSigned: true, acl: undefined }]);
    expect(await text(await storage.stream(KEY))).toContain('one');
    const headers = { contentType: 'image/png', contentDisposition: 'attachment; filename="a.png"' };
    const url = new URL((await storage.presign(KEY, 600, headers))!);
    expect(url.origin + url.pathname).toBe(`${endpoint}/files/${KEY}`);
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      'X-Amz-Expires': '600',
      'response-content-type': 'image/png',
      'response-content-disposition': 'attachment; filename="a.png"',
    });
  });
});
