// `npm run bench:ingest`, `npm run bench:turns`: prints one JSON object. Options: --rate, --seconds, --chats, --model-ms, --ticks.
import { ensureBuilt, ensureInstalled } from './ensure.mjs';

await ensureInstalled();
await ensureBuilt();
const [name, ...rest] = process.argv.slice(2);
const options = Object.fromEntries(
  rest.map((arg) => {
    const [key, value] = arg.replace(/^--/, '').split('=');
    return [key, Number(value)];
  }),
);
const { run } = await import(`../dist/bench/${name}.js`);
console.log(JSON.stringify(await run(options), null, 2));
process.exit(0);
