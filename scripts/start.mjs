// `npm start`: everything a bare checkout lacks, then the application in this very process, so that a signal or a kill
// reaches it and nothing in between.
import { ensureBuilt, ensureInstalled } from './ensure.mjs';

ensureInstalled();
ensureBuilt();
await import('../dist/src/main.js');
