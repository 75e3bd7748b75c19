// `npm run guards [-- words of a guard]`: takes away one guard of the engine at a time and expects a test to fail. A guard
// without which everything stays green is untested, and the run ends with an error. Works on a copy: the checkout of HEAD.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const MIGRATION = 'prisma/migrations/20261124000000_first_house/migration.sql';
const CONVERSATIONS = 'prisma/migrations/20261125120000_conversations_keep_their_word/migration.sql';
const TURNS = 'src/conversations/turns.queries.ts';
const STEPS = 'src/conversations/turn-steps.queries.ts';
const RECEIVE = 'src/conversations/receive-message.queries.ts';
const OUTBOX = 'src/chats/outbox.queries.ts';
const TIMERS = 'src/interactions/due-timers.queries.ts';

const ENGINE = 'test/medium/conversations/engine-statements.spec.ts';
const GUARDS_SPEC = 'test/medium/conversations/guards.spec.ts';
const SENDS = 'test/medium/chats/send-queue.spec.ts';
const TIMER_SPEC = 'test/medium/conversations/timers.spec.ts';

const notUnique = (name) => ({ find: `CREATE UNIQUE INDEX ${name} `, replace: `CREATE INDEX ${name} ` });

/** `find` is replaced where it first stands after `from` (default: the beginning). `tests` must then fail. */
const GUARDS = [
  {
    name: 'one message per provider id',
    file: MIGRATION,
    ...notUnique('messages_workspace_id_channel_id_provider_id_key'),
    tests: [ENGINE],
  },
  {
    name: 'one chat per contact and channel',
    file: MIGRATION,
    ...notUnique('chats_workspace_id_channel_id_contact_id_key'),
    tests: [ENGINE],
  },
  {
    name: 'one collecting turn per chat',
    file: MIGRATION,
    ...notUnique('turns_one_collecting_per_chat'),
    tests: [ENGINE],
  },
  {
    name: 'one active turn per chat',
    file: MIGRATION,
    ...notUnique('turns_one_active_per_chat'),
    tests: [ENGINE, GUARDS_SPEC],
  },
  {
    name: 'one open interaction per chat',
    file: MIGRATION,
    ...notUnique('interactions_one_open_per_chat'),
    tests: [ENGINE],
  },
  {
    name: 'one timer per key',
    file: CONVERSATIONS,
    ...notUnique('timers_workspace_id_chat_id_key_key'),
    tests: [TIMER_SPEC],
  },
  {
    name: 'a part is numbered once in its turn',
    file: MIGRATION,
    ...notUnique('outbound_parts_workspace_id_turn_id_n_key'),
    tests: [GUARDS_SPEC],
  },
  {
    name: 'duplicates are dropped before anything is written',
    file: RECEIVE,
    find: 'AND o.provider_id = m.provider_id LIMIT 1) IS NULL',
    replace: 'AND o.provider_id = m.provider_id LIMIT 1) IS NULL OR true',
    tests: [ENGINE, GUARDS_SPEC],
  },
  {
    name: 'what was deleted does not come back',
    file: RECEIVE,
    find: 'AND f.provider_id = m.provider_id LIMIT 1) IS NULL',
    replace: 'AND f.provider_id = m.provider_id LIMIT 1) IS NULL OR true',
    tests: [ENGINE, GUARDS_SPEC],
  },
  {
    name: 'the receiving statement locks the chat',
    file: RECEIVE,
    find: 'ORDER BY c.workspace_id, c.id FOR NO KEY UPDATE OF c',
    replace: 'ORDER BY c.workspace_id, c.id',
    tests: [ENGINE, GUARDS_SPEC],
  },
  {
    name: 'a claim skips what another holds',
    file: TURNS,
    find: 'ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED',
    replace: 'ORDER BY due_at LIMIT $1 FOR UPDATE',
    tests: [ENGINE],
  },
  {
    name: 'a claim locks',
    file: TURNS,
    find: 'ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED',
    replace: 'ORDER BY due_at LIMIT $1',
    tests: [ENGINE],
  },
  {
    name: 'a claim raises the fence',
    file: TURNS,
    from: 'const RECLAIM',
    find: 'fence = t.fence + 1',
    replace: 'fence = t.fence',
    tests: [ENGINE],
  },
  {
    name: 'only an ended lease is reclaimed',
    file: TURNS,
    find: `AND lease_until <= now()`,
    replace: '',
    tests: [GUARDS_SPEC],
  },
  {
    name: 'sends go one by one',
    file: TURNS,
    find: `AND o.state = 'QUEUED' AND (o.due_at, o.id) < (t.due_at, t.id))`,
    replace: `AND o.state = 'QUEUED' AND false)`,
    tests: [SENDS],
  },
  {
    name: 'a thought names its fence',
    file: TURNS,
    from: 'won AS (',
    find: 't.fence = x.fence',
    replace: 'true',
    tests: [ENGINE, GUARDS_SPEC],
  },
  {
    name: 'a thought is void after a take-over',
    file: TURNS,
    from: 'won AS (',
    find: `CASE WHEN t.epoch <> c.epoch THEN 'SKIPPED' WHEN`,
    replace: 'CASE WHEN',
    tests: [GUARDS_SPEC],
  },
  {
    name: 'a settlement waits for who takes the chat',
    file: TURNS,
    find: 'ORDER BY 1, 2 FOR SHARE OF c',
    replace: 'ORDER BY 1, 2',
    tests: [GUARDS_SPEC],
  },
  {
    name: 'an end names its fence',
    file: TURNS,
    from: 'export async function endTurn',
    find: 'AND fence = $3',
    replace: 'AND $3::int IS NOT NULL',
    tests: [ENGINE, GUARDS_SPEC],
  },
  {
    name: 'heartbeats keep what is in hand only',
    file: TURNS,
    from: 'export async function heartbeat',
    find: 'WHERE id = ANY ($3) AND owner = $1',
    replace: 'WHERE ($3::uuid[]) IS NOT NULL AND owner = $1',
    tests: [ENGINE],
  },
  { name: 'a step names its fence', file: STEPS, find: 't.fence = x.fence', replace: 'true', tests: [GUARDS_SPEC] },
  {
    name: 'a step begins only while nobody took over',
    file: STEPS,
    find: `AND t.epoch = c.epoch`,
    replace: '',
    tests: [GUARDS_SPEC],
  },
  {
    name: 'a finished step is not begun again',
    file: STEPS,
    find: `WHERE turn_steps.state = 'STARTED'`,
    replace: '',
    tests: [GUARDS_SPEC],
  },
  {
    name: 'a step waits for who takes the chat',
    file: STEPS,
    find: 'ORDER BY 1, 2 FOR SHARE OF c',
    replace: 'ORDER BY 1, 2',
    tests: [GUARDS_SPEC],
  },
  {
    name: 'a part begins from PENDING only',
    file: OUTBOX,
    find: `p.id = s.part AND p.state = 'PENDING' AND`,
    replace: 'p.id = s.part AND',
    tests: [ENGINE],
  },
  { name: 'a part names its fence', file: OUTBOX, find: 't.fence = x.fence', replace: 'true', tests: [ENGINE, SENDS] },
  {
    name: 'a part of an older epoch is void',
    file: OUTBOX,
    find: 'AND p.epoch = coalesce(s.epoch, p.epoch)',
    replace: '',
    tests: [ENGINE],
  },
  {
    name: 'no part leaves a closed number',
    file: OUTBOX,
    find: 'coalesce(s.epoch, p.epoch) AND s.open',
    replace: 'coalesce(s.epoch, p.epoch)',
    tests: [GUARDS_SPEC],
  },
  {
    name: 'a part waits for who takes the chat',
    file: OUTBOX,
    find: 'ORDER BY 1, 2 FOR SHARE OF c',
    replace: 'ORDER BY 1, 2',
    tests: [GUARDS_SPEC],
  },
  {
    name: 'an echo proves the same text only',
    file: OUTBOX,
    find: `p.text_hash = decode(e.hash, 'hex')`,
    replace: 'true',
    tests: [ENGINE, SENDS],
  },
  {
    name: 'a known echo proves nothing more',
    file: OUTBOX,
    find: 'WHERE matches AND n NOT IN (SELECT n FROM known)',
    replace: 'WHERE matches',
    tests: [ENGINE, GUARDS_SPEC],
  },
  {
    name: 'an old send is no proof of a later part',
    file: OUTBOX,
    find: `to_timestamp(e.sent_ms / 1000) >= p.started_at - interval '5 seconds'`,
    replace: 'true',
    tests: [ENGINE],
  },
  {
    name: 'a status only rises',
    file: OUTBOX,
    find: `AND \${RANK} t.status) > coalesce(\${RANK} m.status), 0)`,
    replace: '',
    tests: [ENGINE, GUARDS_SPEC],
  },
  { name: 'a timer is taken by one', file: TIMERS, find: 'FOR UPDATE SKIP LOCKED', replace: '', tests: [TIMER_SPEC] },
  {
    name: 'a timer set anew is not done',
    file: TIMERS,
    find: 'AND due_at = $3',
    replace: 'AND $3::timestamptz IS NOT NULL',
    tests: [TIMER_SPEC],
  },
];

const wanted = process.argv.slice(2).join(' ');
const folder = mkdtempSync(join(tmpdir(), 'tawkee-guards-'));
const copy = join(folder, 'copy');
must('git', ['worktree', 'add', '--detach', '--quiet', copy, 'HEAD']);
let survivors = 0;
try {
  symlinkSync(resolve('node_modules'), join(copy, 'node_modules'));
  must(process.execPath, ['scripts/generate.mjs'], copy);
  for (const guard of GUARDS.filter(({ name }) => name.includes(wanted))) {
    const outcome = remove(guard);
    if (outcome !== 'red') survivors++;
    console.log(`${outcome === 'red' ? 'red     ' : outcome.toUpperCase()}  ${guard.name}`);
  }
} finally {
  must('git', ['worktree', 'remove', '--force', copy]);
  rmSync(folder, { recursive: true, force: true });
}
console.log(survivors === 0 ? 'Every guard is tested.' : `${survivors} guards are not.`);
process.exit(survivors === 0 ? 0 : 1);

/** `red`: a test noticed. `survives`: none did. `stale`: what should be taken away is not there. */
function remove({ file, from, find, replace, tests }) {
  const path = join(copy, file);
  const source = readFileSync(path, 'utf8');
  const start = from === undefined ? 0 : source.indexOf(from);
  const at = start < 0 ? -1 : source.indexOf(find, start);
  if (at < 0) return 'stale';
  try {
    writeFileSync(path, source.slice(0, at) + replace + source.slice(at + find.length));
    const run = spawnSync(
      process.execPath,
      ['node_modules/vitest/vitest.mjs', 'run', '--project', 'medium', '--bail', '1', ...tests],
      { cwd: copy, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } },
    );
    // A run that cannot even begin says nothing about the guard.
    return /^\s*Tests .*failed/m.test(run.stdout) ? 'red' : 'survives';
  } finally {
    writeFileSync(path, source);
  }
}

function must(command, args, cwd) {
  const { status, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`);
}
