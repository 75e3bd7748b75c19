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
