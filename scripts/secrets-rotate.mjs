// `npm run secrets:rotate`: seals every stored secret with SECRETS_KEY; SECRETS_KEY_PREVIOUS names the keys that open the
// old ones. May be repeated. Exits with 1 when a secret cannot be opened, and names the rows.
import { ensureBuilt, ensureInstalled } from './ensure.mjs';

await ensureInstalled();
await ensureBuilt();
const { rotateSecrets } = await import('../dist/src/rotate-secrets.js');
const code = await rotateSecrets().catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  return 1;
});
process.exit(code);
