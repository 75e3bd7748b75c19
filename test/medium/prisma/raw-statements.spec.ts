import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';

const SRC = join(import.meta.dirname, '../../../src');
const SCHEMA = readFileSync(join(import.meta.dirname, '../../../prisma/schema.prisma'), 'utf8');

/** The tables whose rows belong to a workspace. */
const TENANT_TABLES = [...SCHEMA.matchAll(/^model \w+ \{[\s\S]*?^\}/gm)]
  .filter(([model]) => /^ {2}workspaceId\s/m.test(model))
  .map(([model]) => /@@map\("(\w+)"\)/.exec(model)![1]!);

/** Statements that touch a tenant's table and name no workspace: file, how they begin, and why they may. */
const ALL_TENANTS: { file: string; begins: string; reason: string }[] = [
  {
    file: 'agents/hook-deliveries.queries.ts',
    begins: 'DELETE FROM hook_deliveries',
    reason: 'a sweep by age: nobody is shown what is that old',
  },
  {
    file: 'chats/outbox.queries.ts',
    begins: 'DELETE FROM parked_statuses',
    reason: 'a sweep by age: what it deletes is of no use to anybody',
  },
  {
    file: 'conversations/inbound-changes.queries.ts',
    begins: 'DELETE FROM parked_changes',
    reason: 'a sweep by age: what it deletes is of no use to anybody',
  },
  {
    file: 'conversations/turns.queries.ts',
    begins: 'WITH alive AS (',
    reason: 'a worker keeps its own leases on turns of all tenants, by its own id',
  },
  {
    file: 'conversations/turns.queries.ts',
    begins: 'WITH gone AS (DELETE FROM workers WHERE id = $1',
    reason: 'a worker that stops gives back its own turns',
  },
  {
    file: 'conversations/turns.queries.ts',
    begins: 'WITH gone AS (DELETE FROM workers)',
    reason: 'the only process gives back what a killed predecessor held',
  },
];

/** Files that may hold SQL and are no `*.queries.ts`, and why. */
const RUNNERS: Record<string, string> = {
  'jobs/wakeups.service.ts': 'LISTEN and NOTIFY: no table is touched',
  'prisma/embedded-postgres.server.ts': 'creates the database itself',
  'prisma/migration.runner.ts': 'runs the migrations, which are about every tenant',
};

const STATEMENT = /\b(SELECT|INSERT INTO|UPDATE|DELETE FROM)\b/;
const BEGINS_STATEMENT =
  /^\s*(SELECT\s|INSERT INTO\s|UPDATE\s+\w+\s+SET\s|DELETE FROM\s|WITH\s+\w+(\s*\(.*\))?\s+AS\b|TRUNCATE\s)/;

type Literal = ts.StringLiteral | ts.NoSubstitutionTemplateLiteral | ts.TemplateExpression;
const isLiteral = (node: ts.Node): node is Literal =>
  ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node) || ts.isTemplateExpression(node);

const parse = (source: string) => ts.createSourceFile('x.ts', source, ts.ScriptTarget.Latest, true);

/** The outermost texts of a file, `${NAME}` replaced by the constant of that name. */
function textsOf(source: string): string[] {
  const file = parse(source);
  const constants = new Map<string, string>();
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer && isLiteral(node.initializer))
      constants.set(node.name.text, node.initializer.getText());
    if (isLiteral(node)) found.push(node.getText());
    else ts.forEachChild(node, visit);
  };
  visit(file);
  const resolve = (text: string, depth = 0): string =>
    text.replace(/\$\{(\w+)/g, (whole, name: string) => {
      const constant = constants.get(name);
      return constant === undefined || depth > 5 ? whole : `\${${resolve(constant, depth + 1)}`;
    });
  return found.map((text) => resolve(text).slice(1, -1).trim());
}

const touchesTenants = (statement: string) =>
  TENANT_TABLES.some((table) => new RegExp(`\\b(FROM|JOIN|INTO|UPDATE|USING)\\s+${table}\\b`, 'i').test(statement));

/** The statements of a `*.queries.ts` that touch a tenant's table and do not name a workspace. */
function unscoped(source: string): string[] {
  return textsOf(source)
    .filter((text) => STATEMENT.test(text) && touchesTenants(text))
    .filter((text) => !/\bworkspace_id\b|\bworkspaceId\b/.test(text));
}

/** What a file that is no `*.queries.ts` has of raw SQL. */
function rawSql(source: string): string[] {
  if (!/SELECT|INSERT|UPDATE|DELETE|WITH|TRUNCATE|Raw/.test(source)) return [];
  const texts = textsOf(source).filter((text) => BEGINS_STATEMENT.test(text));
  return [...texts, ...(source.match(/\.\$(query|execute)Raw\w*/g) ?? [])];
}

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .map((file) => file.split(sep).join('/'))
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts') && !file.startsWith('prisma/generated/'));
const read = (file: string) => readFileSync(join(SRC, file), 'utf8');

it('every raw statement about tenants names its workspace, or stands on the list with its reason', () => {
  const found = files
    .filter((file) => file.endsWith('.queries.ts'))
    .flatMap((file) => unscoped(read(file)).map((statement) => ({ file, statement })));
  const listed = ({ file, statement }: (typeof found)[number]) =>
    ALL_TENANTS.some((one) => one.file === file && statement.startsWith(one.begins));
  expect(found.filter((one) => !listed(one))).toEqual([]);
  const stale = ALL_TENANTS.filter(
    (one) => !found.some((f) => f.file === one.file && f.statement.startsWith(one.begins)),
  );
  expect(stale).toEqual([]);
});

it('raw SQL stands in *.queries.ts', () => {
  const others = files.filter((file) => !file.endsWith('.queries.ts') && !(file in RUNNERS));
  const found = others.flatMap((file) => rawSql(read(file)).map((sql) => ({ file, sql })));
  expect(found).toEqual([]);
});

it('no statement is put together from what somebody sent', () => {
  expect(files.filter((file) => /\$(query|execute)RawUnsafe/.test(read(file)))).toEqual([]);
});

it.each([
  { name: 'a statement', input: 'db.query(`SELECT * FROM agents WHERE id = $1`)', expected: 1 },
  { name: 'a quoted statement', input: `db.query('DELETE FROM chats WHERE id = $1')`, expected: 1 },
  { name: 'a part in a constant', input: `const F = \`FROM agents a\`;\ndb.query(\`SELECT 1 \${F}\`)`, expected: 1 },
  { name: 'a join', input: 'tx.$queryRaw`SELECT 1 FROM users u JOIN memberships m ON m.user_id = u.id`', expected: 1 },
  { name: 'a workspace', input: 'db.query(`SELECT * FROM agents WHERE workspace_id = $1`)', expected: 0 },
  {
    name: 'a workspace in a constant',
    input: `const F = \`FROM agents WHERE workspace_id = $1\`;\ndb.query(\`SELECT 1 \${F}\`)`,
    expected: 0,
  },
  { name: 'a global table', input: 'db.query(`SELECT * FROM users WHERE email = $1`)', expected: 0 },
  { name: 'no statement', input: `throw new Error('agents are not to be UPDATEd')`, expected: 0 },
])('would see $name: $expected unscoped', ({ input, expected }) => {
  expect(unscoped(input)).toHaveLength(expected);
});

it.each([
  { name: 'a query', input: `pool.query('SELECT 1')`, expected: 1 },
  { name: 'a statement in a constant', input: 'const SQL = `WITH x AS (SELECT 1) SELECT * FROM x`;', expected: 1 },
  { name: 'a tagged template', input: `tx.$executeRaw\`\${statement}\``, expected: 1 },
  { name: 'a sentence', input: `new AppError('CONFLICT', 'Select one; UPDATE it')`, expected: 0 },
])('would see $name outside: $expected', ({ input, expected }) => {
  expect(rawSql(input)).toHaveLength(expected);
});
