// `npm run generate`: the Prisma client of prisma/schema.prisma, offline.
import { ensureInstalled, generateClient } from './ensure.mjs';

ensureInstalled();
generateClient();
