import { randomUUID } from 'node:crypto';
import type { DocumentedOperation } from './openapi-document.js';
import type { TenantWorld } from './tenant-world.js';

type Ids = TenantWorld['ids'];

/**
 * Bodies for the operations whose example cannot be sent as it stands: it names something that must exist, or something
 * that may be used once. By the operation's id on our own face; `/v2` takes the same.
 */
const BODIES: Readonly<Record<string, (ids: Ids) => unknown>> = {
  Channels_createForWorkspace: ({ agentId }) => ({ name: 'Loja', type: 'WHATSAPP', agentId }),
  Channels_createForAgent: () => ({ name: 'Loja', type: 'WHATSAPP' }),
  ContactMerges_merge: ({ otherContactId }) => ({ contactId: otherContactId }),
  Members_transfer: ({ memberId }) => ({ userId: memberId }),
  Workspaces_remove: ({ workspaceName }) => ({ name: workspaceName }),
  Workspaces_update: ({ workspaceName }) => ({ name: workspaceName }),
  Credentials_changePassword: ({ password }) => ({ currentPassword: password, newPassword: 'another long sentence' }),
  Credentials_changeEmail: ({ password }) => ({ password, email: `${randomUUID()}@example.com` }),
};

const idOf = (operation: DocumentedOperation) => operation.id.replace(/_v2$/, '');

/** A body this operation takes, with the ids of a business in it. */
export function bodyFor(operation: DocumentedOperation, ids: Ids): unknown {
  if (!operation.body) return undefined;
  const own = BODIES[idOf(operation)];
  return own ? own(ids) : withIds(operation.body.example, ids);
}

/** The example with each `somethingId` replaced by the business's own. */
function withIds(value: unknown, ids: Ids, key = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => withIds(item, ids, key));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, withIds(field, ids, name)]));
  return /Id$/.test(key) && typeof value === 'string' && key in ids ? ids[key] : value;
}

/** The ids of nobody. */
export function randomIds(ids: Ids): Ids {
  return mapIds(ids, () => randomUUID());
}

/** `ids` with every UUID replaced. */
export function mapIds(ids: Ids, replace: (name: string, value: string) => string): Ids {
  return Object.fromEntries(
    Object.entries(ids).map(([name, value]) => [name, isUuid(value) ? replace(name, value) : value]),
  );
}

export const isUuid = (value: string) => /^[\da-f]{8}-[\da-f]{4}-/.test(value);
