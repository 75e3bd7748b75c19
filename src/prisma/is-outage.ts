const OUTAGE_CODES = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EHOSTUNREACH']);
const OUTAGE_MESSAGES =
  /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Query read timeout|Cannot use a pool after/i;

/**
 * True where the database, not the statement, is at fault: connection errors, and SQLSTATE classes 08 (connection), 53
 * (resources), 57 (operator, e.g. shutdown) and 25006 (read-only: a failover is under way).
 */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = (error as { code?: unknown }).code;
  if (typeof code === 'string') {
    if (OUTAGE_CODES.has(code) || code === '25006') return true;
    if (/^(08|53|57)/.test(code) && code.length === 5) return true;
  }
  return OUTAGE_MESSAGES.test(error.message) || (error.cause !== undefined && isOutage(error.cause));
}

/** True for a conflict that a second try of the same statement resolves: serialization failure, deadlock. */
export function isTransient(error: unknown): boolean {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return code === '40001' || code === '40P01';
}
