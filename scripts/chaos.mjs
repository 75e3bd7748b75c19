// `npm run chaos`: every fault in every call of a scripted turn, which takes some minutes; not part of `npm test`.
import { ensureBuilt, ensureInstalled, run } from './ensure.mjs';

ensureInstalled();
ensureBuilt();
run('vitest', ['node_modules/vitest/vitest.mjs', 'run', '--project', 'chaos', 'test/chaos/fault-loop.spec.ts'], {
  CHAOS: 'all',
  CHAOS_LOG: '1',
});
