// `npm run build`: dist/ as `npm start` would make it.
import { ensureBuilt, ensureInstalled } from './ensure.mjs';

ensureInstalled();
ensureBuilt();
