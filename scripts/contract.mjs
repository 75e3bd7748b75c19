// `npm run contract -- --spec FILE`: every answer of a tour through /v2 against a published OpenAPI document. Fails on a
// missing field, a wrong type, and a value of no published enumeration.
import { existsSync } from 'node:fs';
import { ensureBuilt, ensureInstalled } from './ensure.mjs';

const at = process.argv.indexOf('--spec');
const file = at === -1 ? process.argv[2]?.replace(/^--spec=/, '') : process.argv[at + 1];
if (!file || !existsSync(file)) {
  console.error(`${file ? `There is no ${file}. ` : ''}Say which document: npm run contract -- --spec FILE`);
  process.exit(2);
}
ensureInstalled();
ensureBuilt();
const { checkContract } = await import('../dist/contract/run.js');
const { lines, holds } = await checkContract(file);
for (const line of lines) console.log(line);
process.exit(holds ? 0 : 1);
