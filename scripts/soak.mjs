// `npm run soak`: ten minutes of three workers, an api process, one PostgreSQL and a nemesis. Prints what was done; ends
// with an error when a promise was broken. Options: --seconds, --seed (of a run that is to be repeated).
import { ensureBuilt, ensureInstalled, run } from './ensure.mjs';

const options = Object.fromEntries(process.argv.slice(2).map((arg) => arg.replace(/^--/, '').split('=')));
ensureInstalled();
ensureBuilt();
run('soak', ['node_modules/vitest/vitest.mjs', 'run', '--project', 'chaos', 'test/chaos/soak.spec.ts'], {
  SOAK_SECONDS: options.seconds ?? '600',
  SOAK_SEED: options.seed ?? '',
});
