import { PrismaPg } from '@prisma/adapter-pg';
import type pg from 'pg';
import { Prisma, PrismaClient } from './generated/client.js';
import { requireWorkspace } from './require-workspace.js';

/** A query that could reach across workspaces: a fault in our code, never the caller's. */
export class TenantWallError extends Error {
  override readonly name = 'TenantWallError';
  constructor(model: string, operation: string, reason: string) {
    super(`${model}.${operation} was refused: ${reason}`);
  }
}

/** The models whose rows belong to a workspace: those with a workspaceId. */
export const TENANT_MODELS: ReadonlySet<string> = new Set(
  Object.values(Prisma.ModelName).filter((model) => 'workspaceId' in Prisma[`${model}ScalarFieldEnum`]),
);

function createWalledClient(pool: pg.Pool) {
  // Prisma leaves a pool it was given open: whoever made the pool ends it.
  const raw = new PrismaClient({ adapter: new PrismaPg(pool) });
  return raw.$extends({
    name: 'tenant-wall',
    query: {
      $allModels: {
        $allOperations({ model, operation, args, query }) {
          const reason = TENANT_MODELS.has(model) ? requireWorkspace(operation, args) : undefined;
          if (reason) throw new TenantWallError(model, operation, reason);
          return query(args);
        },
      },
    },
    client: {
      /** The client without the wall, for a look-up that begins before its workspace is known; each call is listed in a test. */
      unscoped(_reason: string): PrismaClient {
        return raw;
      },
    },
  });
}

type WalledClient = ReturnType<typeof createWalledClient>;

// A constructor that answers the extended client: Nest injects by class, and $extends answers a plain object.
// biome-ignore lint/complexity/useArrowFunction: an arrow function cannot be constructed
const WalledClient = function (pool: pg.Pool) {
  return createWalledClient(pool);
} as unknown as new (
  pool: pg.Pool,
) => WalledClient;

/**
 * Prisma over the shared pool, behind the tenant wall: an operation on a tenant's table that names no workspace
 * throws TenantWallError, inside transactions too. Connects at the first query.
 */
export class PrismaService extends WalledClient {}

/** What the callback of `prisma.$transaction` is given; a function that takes it also takes a PrismaService. */
export type Tx = Omit<
  PrismaService,
  '$connect' | '$disconnect' | '$on' | '$use' | '$extends' | '$transaction' | 'unscoped'
>;
