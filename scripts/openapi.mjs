// Writes docs/openapi.json from the routes as built; with --check it only compares and fails on a difference.
import { readFileSync, writeFileSync } from 'node:fs';
import { ensureBuilt, ensureInstalled } from './ensure.mjs';

await ensureInstalled();
await ensureBuilt();
const { printOpenApi } = await import('../dist/src/openapi.js');
const file = 'docs/openapi.json';
const fresh = await printOpenApi();
if (!process.argv.includes('--check')) writeFileSync(file, fresh);
else if (readFileSync(file, 'utf8') !== fresh) {
  console.error(`${file} is not what the routes say. Run: npm run openapi`);
  process.exit(1);
}
process.exit(0);
