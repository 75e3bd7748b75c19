import { describe, expect, it } from 'vitest';
import { runSoak } from './soak/run-soak.js';

/** `npm run soak` says how long; the seed of a run that went wrong repeats what the nemesis and the customers did. */
const seconds = Number(process.env['SOAK_SECONDS'] || 45);
const seed = Number(process.env['SOAK_SEED'] || Date.now() % 1_000_000);

describe('three workers, an api process, one PostgreSQL and a nemesis', () => {
  it(
    `keep every promise for ${seconds} s`,
    async () => {
      const report = await runSoak({ seconds, seed });
      console.log(JSON.stringify(report, null, 2));
      expect(report.violations).toEqual([]);
      expect(report.turns['DONE']).toBeGreaterThan(0);
    },
    (seconds + 600) * 1_000,
  );
});
