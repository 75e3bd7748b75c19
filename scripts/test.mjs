// `npm test`: everything a bare checkout lacks, then the suite once; arguments go on to Vitest.
import { ensureBuilt, ensureInstalled, run } from './ensure.mjs';

ensureInstalled();
ensureBuilt();
run('vitest', ['node_modules/vitest/vitest.mjs', 'run', ...process.argv.slice(2)]);
