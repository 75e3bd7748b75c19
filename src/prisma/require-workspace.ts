/** Prisma's operations by where a row's owner is named in their arguments. */
const BY_WHERE = new Set([
  'findUnique',
  'findUniqueOrThrow',
  'findFirst',
  'findFirstOrThrow',
  'findMany',
  'count',
  'aggregate',
  'groupBy',
  'update',
  'updateMany',
  'updateManyAndReturn',
  'delete',
  'deleteMany',
]);
const BY_DATA = new Set(['create', 'createMany', 'createManyAndReturn']);

type Fields = Record<string, unknown>;

/**
 * Says why an operation on a tenant's table is refused, or undefined when every row it can touch is bound to a named
 * workspace. An operation it does not know is refused.
 */
export function requireWorkspace(operation: string, args: unknown): string | undefined {
  const { where, data, create, update } = asFields(args);
  if (BY_WHERE.has(operation)) {
    if (!bindsWorkspace(where)) return 'its "where" names no workspaceId';
    return movesRow(data) ? 'its "data" would move the row to another workspace' : undefined;
  }
  if (BY_DATA.has(operation)) {
    const rows = Array.isArray(data) ? data : [data];
    return rows.every(ownsRow) ? undefined : 'a row of its "data" names no workspaceId';
  }
  if (operation === 'upsert') {
    if (!bindsWorkspace(where)) return 'its "where" names no workspaceId';
    if (!ownsRow(create)) return 'its "create" names no workspaceId';
    return movesRow(update) ? 'its "update" would move the row to another workspace' : undefined;
  }
  return 'the operation is not known to the tenant wall';
}

/** True when every row that matches the filter belongs to a workspace named in it. */
function bindsWorkspace(where: unknown): boolean {
  const filter = asFields(where);
  if (isNamed(filter['workspaceId'])) return true;
  if (Object.entries(filter).some(([key, value]) => isCompositeKey(key) && isId(asFields(value)['workspaceId'])))
    return true;
  if (asList(filter['AND']).some(bindsWorkspace)) return true;
  const branches = asList(filter['OR']);
  return branches.length > 0 && branches.every(bindsWorkspace);
}

/** Prisma names a composite key after its fields, and every one of ours begins with the workspace. */
const isCompositeKey = (key: string) => key.startsWith('workspaceId_');
const isId = (value: unknown) => typeof value === 'string' && value !== '';

/** An id, `{ equals: id }` or `{ in: [ids] }`; a negation or an `undefined` names nobody. */
function isNamed(value: unknown): boolean {
  if (isId(value)) return true;
  const { equals, in: among } = asFields(value);
  return isId(equals) || (Array.isArray(among) && among.every(isId));
}

const ownsRow = (row: unknown) => isId(asFields(row)['workspaceId']);
const movesRow = (data: unknown) => asFields(data)['workspaceId'] !== undefined;

function asFields(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

function asList(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  return value === undefined ? [] : [value];
}
