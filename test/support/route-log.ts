import { appendFileSync } from 'node:fs';

const file = process.env['TAWKEE_ROUTE_LOG'];

/** Notes that a route answered with a status: `scripts/route-coverage.mjs` holds the notes of a run against the document. */
export function recordRoute(method: string, path: string, status: number): void {
  if (file) appendFileSync(file, `${method} ${path.replace(/[?#].*/s, '')} ${status}\n`);
}
