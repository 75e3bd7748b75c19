// `npm test`: everything a bare checkout lacks, then the suite once; arguments go on to Vitest. A whole run must also
// have produced every documented status of every operation.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBuilt, ensureInstalled, run } from './ensure.mjs';
import { findUncovered } from './route-coverage.mjs';

ensureInstalled();
ensureBuilt();
const folder = mkdtempSync(join(tmpdir(), 'tawkee-routes-'));
const log = join(folder, 'routes.log');
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
run('vitest', ['node_modules/vitest/vitest.mjs', 'run', ...process.argv.slice(2)], { TAWKEE_ROUTE_LOG: log });
if (process.argv.length === 2) {
  const missing = findUncovered(log, 'docs/openapi.json');
  if (missing.length > 0) {
    console.error(`No test produces these documented answers:\n${missing.map((line) => `  ${line}`).join('\n')}`);
    process.exit(1);
  }
  console.log('Every documented status of every operation was produced by a test.');
}
