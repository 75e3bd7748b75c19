import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { findSealedHeaders, replaceSealedHeaders } from '../../../src/intentions/header-secrets.queries.js';
import type { Header } from '../../../src/intentions/merge-headers.js';
import { rotateHeaderSecrets } from '../../../src/intentions/rotate-headers.runner.js';
import { createPool } from '../../../src/prisma/database.pool.js';
import { SecretBox } from '../../../src/secrets/secret-box.service.js';
import { rotateHookSecrets } from '../../../src/workspaces/rotate-hook-secrets.runner.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';

const NOWHERE = '00000000-0000-0000-0000-000000000000';
const OLD = 'the key of yesterday';
const NEW = 'the key of today';
const boxes = {
  old: new SecretBox({ secretsKey: OLD, previousSecretsKeys: [] }),
  both: new SecretBox({ secretsKey: NEW, previousSecretsKeys: [OLD] }),
  only: new SecretBox({ secretsKey: NEW, previousSecretsKeys: [] }),
};
const placeOf = (workspaceId: string) => ({ workspaceId, field: 'intentions.headers' });

let database: TestDatabase;
let pool: pg.Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url, 2);
});
beforeEach(() => pool.query('TRUNCATE intentions'));
afterAll(async () => {
  await pool?.end();
  await database?.drop();
});

async function openWorkspace() {
  const [workspaceId, agentId] = [randomUUID(), randomUUID()];
  await pool.query(`INSERT INTO workspaces (id, name) VALUES ($1, 'w')`, [workspaceId]);
  await pool.query(`INSERT INTO agents (workspace_id, id, name) VALUES ($1, $2, 'Bia')`, [workspaceId, agentId]);
  return { workspaceId, agentId };
}
type Owner = Awaited<ReturnType<typeof openWorkspace>>;

async function store({ workspaceId, agentId }: Owner, headers: Header[]) {
  const id = randomUUID();
  await pool.query(
    `INSERT INTO intentions (workspace_id, id, agent_id, description, type, headers)
     VALUES ($1, $2, $3, 'd', 'INSTRUCTIONS', $4)`,
    [workspaceId, id, agentId, JSON.stringify(headers)],
  );
  return id;
}
const seal = ({ workspaceId }: Owner, box: SecretBox, ...plains: string[]): Header[] =>
  plains.map((plain, n) => ({ name: `X-${n}`, value: box.seal(placeOf(workspaceId), plain) }));
const headersOf = async (id: string): Promise<Header[]> =>
  (await pool.query('SELECT headers FROM intentions WHERE id = $1', [id])).rows[0].headers;
const openAll = async ({ workspaceId }: Owner, id: string) =>
  (await headersOf(id)).map(({ value }) => boxes.only.open(placeOf(workspaceId), value));

it('seals every old secret of all tenants with the new key, in batches, once', async () => {
  const owners = [await openWorkspace(), await openWorkspace()];
  const ids = await Promise.all(
    owners.flatMap((owner) => [1, 2, 3].map((n) => store(owner, seal(owner, boxes.old, `a${n}`, `b${n}`)))),
  );
  const bare = await store(owners[0]!, []);
  const mixed = await store(owners[1]!, [
    ...seal(owners[1]!, boxes.both, 'new'),
    ...seal(owners[1]!, boxes.old, 'old'),
  ]);
  expect(await rotateHeaderSecrets(pool, boxes.both, 2)).toEqual({ resealed: 13, unreadable: [] });
  for (const [n, id] of ids.entries()) {
    expect(await openAll(owners[n < 3 ? 0 : 1]!, id)).toEqual([`a${(n % 3) + 1}`, `b${(n % 3) + 1}`]);
  }
  expect(await openAll(owners[1]!, mixed)).toEqual(['new', 'old']);
  expect(await headersOf(bare)).toEqual([]);
  expect(await rotateHeaderSecrets(pool, boxes.both, 2)).toEqual({ resealed: 0, unreadable: [] });
});

it('names what it cannot open, leaves it, and does the rest', async () => {
  const [owner, other] = [await openWorkspace(), await openWorkspace()];
  const lost = await store(owner, seal(owner, boxes.old, 'a'));
  const moved = await store(other, seal(owner, boxes.both, 'b'));
  const before = await headersOf(lost);
  const kept = await store(owner, seal(owner, boxes.only, 'c'));
  const { resealed, unreadable } = await rotateHeaderSecrets(pool, boxes.only, 10);
  expect(resealed).toBe(0);
  expect([...unreadable].sort()).toEqual([lost, moved].sort());
  expect(await headersOf(lost)).toEqual(before);
  expect(await openAll(owner, kept)).toEqual(['c']);
});

it('does not undo what somebody changes while it runs', async () => {
  const owner = await openWorkspace();
  const id = await store(owner, seal(owner, boxes.old, 'before'));
  const [read] = await findSealedHeaders(pool, { workspaceId: owner.workspaceId, id: NOWHERE }, 1);
  const meanwhile = seal(owner, boxes.both, 'meanwhile');
  await pool.query('UPDATE intentions SET headers = $2 WHERE id = $1', [id, JSON.stringify(meanwhile)]);
  expect(await replaceSealedHeaders(pool, read!, seal(owner, boxes.both, 'before'))).toBe(false);
  expect(await openAll(owner, id)).toEqual(['meanwhile']);
});

it('seals the hook secret of every workspace with the new key, once, and names those that no key opens', async () => {
  const owners = [await openWorkspace(), await openWorkspace(), await openWorkspace()];
  const place = (workspaceId: string) => ({ workspaceId, field: 'workspaces.hook_secret' });
  const write = ({ workspaceId }: Owner, sealed: string) =>
    pool.query('UPDATE workspaces SET hook_secret = $2 WHERE id = $1', [workspaceId, Buffer.from(sealed)]);
  const read = async ({ workspaceId }: Owner): Promise<string> =>
    (
      await pool.query('SELECT hook_secret FROM workspaces WHERE id = $1', [workspaceId])
    ).rows[0].hook_secret.toString();
  await write(owners[0]!, boxes.old.seal(place(owners[0]!.workspaceId), 'a'));
  await write(owners[1]!, boxes.old.seal(place(owners[1]!.workspaceId), 'b'));
  await write(owners[2]!, boxes.old.seal(place('another workspace'), 'c'));
  const expected = { resealed: 2, unreadable: [owners[2]!.workspaceId] };
  expect(await rotateHookSecrets(pool, boxes.both, 1)).toEqual(expected);
  expect(boxes.only.open(place(owners[0]!.workspaceId), await read(owners[0]!))).toBe('a');
  expect(boxes.only.open(place(owners[1]!.workspaceId), await read(owners[1]!))).toBe('b');
  expect(await rotateHookSecrets(pool, boxes.both, 1)).toEqual({ ...expected, resealed: 0 });
});
