import { Logger } from '@nestjs/common';
import pg from 'pg';

/** Injection token of the one pg.Pool that Prisma and the hand-written SQL share. */
export const POOL = Symbol('POOL');

const STATEMENT_TIMEOUT_MS = 30_000;
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * Makes the shared pool; nothing connects before the first query. A query waits at most 10 s for a connection and
 * runs at most 30 s. With `answerMs` an answer that does not come in time is an error, and its connection is given up: one
 * that only looks alive would hold its caller for ever. int8 stays a string: a JavaScript number would round it.
 */
export function createPool(url: string, size: number, answerMs?: number): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: size,
    application_name: 'tawkee',
    statement_timeout: STATEMENT_TIMEOUT_MS,
    ...(answerMs ? { query_timeout: answerMs } : {}),
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
  });
  // Without a listener the loss of an idle connection (a database restart) ends the process.
  const logger = new Logger('DatabasePool');
  pool.on('error', (error) => logger.warn(`An idle database connection was lost: ${error.message}`));
  // The same of one that is checked out and between two queries: the pool listens to idle ones only. The next query fails.
  pool.on('connect', (client) => {
    client.on('error', (error) => logger.warn(`A database connection was lost in use: ${error.message}`));
  });
  return pool;
}
