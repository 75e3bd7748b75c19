/** A migration in the source tree; `checksum` is the SHA-256 of its SQL in hex, as Prisma stores it. */
export interface MigrationFile {
  readonly name: string;
  readonly checksum: string;
}

/** What `_prisma_migrations` says of a migration. */
export interface MigrationRecord {
  readonly name: string;
  readonly checksum: string;
  /** False: `prisma migrate` began it and did not end it. */
  readonly finished: boolean;
}

export type MigrationPlan =
  | { readonly pending: readonly string[]; readonly problem?: undefined }
  | { readonly pending?: undefined; readonly problem: string };

/** Says which migrations are still to run, in name order, or why none may run. */
export function planMigrations(files: readonly MigrationFile[], records: readonly MigrationRecord[]): MigrationPlan {
  const known = new Map(files.map((f) => [f.name, f.checksum]));
  for (const record of records) {
    const checksum = known.get(record.name);
    if (checksum === undefined) {
      return {
        problem: `The database is newer than this code: it has the migration "${record.name}". Update the code.`,
      };
    }
    if (!record.finished) {
      return { problem: `The migration "${record.name}" failed halfway. Resolve it with "prisma migrate resolve".` };
    }
    if (checksum !== record.checksum) {
      return {
        problem: `The migration "${record.name}" was edited after it was applied. Restore it and add a new migration.`,
      };
    }
  }
  const applied = new Set(records.map((r) => r.name));
  return { pending: [...known.keys()].filter((name) => !applied.has(name)).sort() };
}
