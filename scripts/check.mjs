// `npm run check`: everything that needs no database, side by side where it can be. Prints what failed, in full.
import { spawn } from 'node:child_process';
import { ensureInstalled, generateClient } from './ensure.mjs';

await ensureInstalled();
await generateClient();

const bin = (name) => `node_modules/.bin/${name}`;
const steps = [
  ['format and lint', bin('biome'), ['ci', '.', '--colors=off']],
  ['types', bin('tsc'), ['--noEmit', '-p', 'tsconfig.json']],
  ['architecture', bin('depcruise'), ['--config', '.dependency-cruiser.mjs', 'src', 'simulator']],
  ['dead code', bin('knip'), []],
  ['unit tests', bin('vitest'), ['run', '--project', 'unit', '--reporter=dot']],
  ['openapi.json is up to date', process.execPath, ['scripts/openapi.mjs', '--check']],
];

function run([name, command, args]) {
  const began = Date.now();
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], shell: process.platform === 'win32' });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
    child.on('error', (error) => resolve({ name, ok: false, output: String(error), ms: 0 }));
    child.on('close', (code) => resolve({ name, ok: code === 0, output, ms: Date.now() - began }));
  });
}

/** Two at a time: a laptop's cores are not ours alone. */
const results = [];
const queue = [...steps];
await Promise.all(
  [0, 1].map(async () => {
    for (let step = queue.shift(); step; step = queue.shift()) {
      const result = await run(step);
      results.push(result);
      console.log(`${result.ok ? 'ok  ' : 'FAIL'} ${result.name} (${(result.ms / 1000).toFixed(1)} s)`);
    }
  }),
);
for (const result of results.filter((r) => !r.ok)) console.error(`\n── ${result.name} ──\n${result.output.trim()}`);
process.exit(results.every((r) => r.ok) ? 0 : 1);
