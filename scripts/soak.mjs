// `npm run soak`: several processes on one database while things break, for ten minutes (--seconds=600, --seed=…); then the
// invariants are checked. Not part of `npm test`.
import { ensureBuilt, ensureInstalled, run } from './ensure.mjs';

ensureInstalled();
ensureBuilt();
const options = Object.fromEntries(process.argv.slice(2).map((arg) => arg.replace(/^--/, '').split('=')));
run('vitest', ['node_modules/vitest/vitest.mjs', 'run', '--project', 'chaos', 'test/chaos/soak.spec.ts'], {
  SOAK_SECONDS: options.seconds ?? '600',
  ...(options.seed ? { SOAK_SEED: options.seed } : {}),
});
