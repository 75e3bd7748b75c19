import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../../support/test-app.js';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

const get = async () => (await app.inject('GET', '/api-json')).body;

it('lists both faces with their own shapes, and is the same every time', async () => {
  const document = await get();
  const own = document.paths['/agent/{agentId}/search'].get;
  const published = document.paths['/v2/agent/{agentId}/search'].get;
  const okOf = (operation: typeof own) => operation.responses['200'].content['application/json'].schema;
  expect(Object.keys(okOf(own).properties)).toEqual(['data', 'meta']);
  expect(Object.keys(okOf(published).properties)).toEqual(['data', 'count']);
  expect(own.responses.default.content['application/problem+json']).toBeDefined();
  expect(published.responses.default.content['application/json']).toBeDefined();
  expect(own.parameters.map((p: { name: string }) => p.name).sort()).toEqual(
    ['agentId', 'page', 'pageSize', 'query', 'type'].sort(),
  );
  const bodyOf = (path: string) => document.paths[path].post.requestBody.content['application/json'].schema;
  expect(bodyOf('/workspace/{workspaceId}/agents').additionalProperties).toBe(false);
  expect(bodyOf('/v2/workspace/{workspaceId}/agents').additionalProperties).not.toBe(false);
  expect(document.paths['/workspace/{workspaceId}/agents'].post.responses['201']).toBeDefined();
  expect(document.paths['/v2/workspace/{workspaceId}/agents'].post.responses['200']).toBeDefined();
  expect(await get()).toEqual(document);
});

it('gives every operation an id of its own and leaves nothing of ours in it', async () => {
  const document = await get();
  const operations = Object.values<Record<string, { operationId: string }>>(document.paths).flatMap(Object.values);
  const ids = operations.map((o) => o.operationId);
  expect(new Set(ids).size).toBe(ids.length);
  expect(JSON.stringify(document)).not.toContain('x-tawkee-answer');
});

it('tells of every operation what it does, how it fails, and shows an example', async () => {
  const document = await get();
  const lacking = Object.entries<Record<string, never>>(document.paths).flatMap(([path, item]) =>
    Object.entries<{
      summary?: string;
      requestBody?: { content: Record<string, { example?: unknown }> };
      responses: Record<string, { description: string; content?: Record<string, { example?: unknown }> }>;
    }>(item).flatMap(([method, { summary, requestBody, responses }]) => {
      const successes = Object.entries(responses).filter(([status]) => /^2/.test(status));
      const failures = Object.entries(responses).filter(([status]) => /^[45]/.test(status));
      const faults = [
        summary ? '' : 'no summary',
        responses['default'] ? '' : 'no errors',
        ...failures.map(([status, { description }]) =>
          /^[A-Z_]+: /.test(description) ? '' : `no codes for ${status}`,
        ),
        ...Object.values(requestBody?.content ?? {}).map(({ example }) => (example ? '' : 'no example of its body')),
        ...successes.flatMap(([, { content }]) =>
          Object.entries(content ?? {}).map(([type, { example }]) =>
            type !== 'application/json' || example !== undefined ? '' : 'no example of its answer',
          ),
        ),
      ];
      return faults.filter(Boolean).map((fault) => `${method} ${path}: ${fault}`);
    }),
  );
  expect(lacking).toEqual([]);
});
