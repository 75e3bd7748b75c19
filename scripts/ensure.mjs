// What `npm start` and `npm test` make sure of before they begin. Each answer is a stamp: the hash of what went in,
// kept beside what came out. Contents, not times: git and copies change times at will.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const ROOT = dirname(import.meta.dirname);
const at = (...parts) => join(ROOT, ...parts);

const LOCKFILE = at('package-lock.json');
const INSTALLED = at('node_modules/.tawkee-lock');
const SCHEMA = at('prisma/schema.prisma');
const GENERATED = at('src/prisma/generated');
const DIST = at('dist');
const SOURCES = ['src', 'simulator', 'bench', 'contract'];

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Tawkee needs Node.js 20.19 or newer; this is ${process.versions.node}. Get one at https://nodejs.org`);
  process.exit(1);
}

/** Installs the packages of package-lock.json unless they are there. Ends the process when npm fails. */
export function ensureInstalled() {
  const wanted = hash([readFileSync(LOCKFILE)]);
  if (readStamp(INSTALLED) === wanted) return;
  if (!isInstalledByHand()) {
    console.log('Installing packages (npm ci) …');
    // A build needs the development packages whatever NODE_ENV says. Warnings about newer Node versions are left out.
    runNpm(['ci', '--include=dev', '--loglevel=error', '--no-audit', '--no-fund']);
  }
  writeFileSync(INSTALLED, wanted);
}

/** Generates the Prisma client unless it is that of the schema. Needs no network. */
export function generateClient() {
  const wanted = hash([readFileSync(SCHEMA), readFileSync(LOCKFILE)]);
  const stamp = join(GENERATED, '.stamp');
  if (readStamp(stamp) === wanted && existsSync(join(GENERATED, 'client.ts'))) return;
  // Prisma downloads an engine for this command, and does not use it: any executable will do.
  const env = {
    ...process.env,
    PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
    PRISMA_HIDE_UPDATE_MESSAGE: '1',
    CHECKPOINT_DISABLE: '1',
  };
  const args = [at('node_modules/prisma/build/index.js'), 'generate'];
  const generated = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8', env });
  if (generated.status !== 0) console.error(`${generated.stdout}${generated.stderr}`);
  finish('prisma generate', generated);
  writeFileSync(stamp, wanted);
}

/** Builds dist/ unless it is that of the sources. Ends the process when the compiler finds a fault. */
export function ensureBuilt() {
  generateClient();
  const sources = SOURCES.flatMap((folder) => filesBelow(at(folder)));
  const configs = [at('tsconfig.json'), at('tsconfig.build.json'), LOCKFILE];
  const wanted = hash([...sources, ...configs].flatMap((file) => [relative(ROOT, file), readFileSync(file)]));
  const stamp = join(DIST, '.stamp');
  if (readStamp(stamp) === wanted && existsSync(join(DIST, 'src/main.js'))) return;
  console.log('Building …');
  rmSync(stamp, { force: true });
  // The incremental compiler leaves out what it believes is there.
  if (!existsSync(join(DIST, 'src/main.js'))) rmSync(DIST, { recursive: true, force: true });
  run('tsc', [at('node_modules/typescript/bin/tsc'), '-p', at('tsconfig.build.json')]);
  const assets = sources.filter((file) => !/\.[cm]?tsx?$/.test(file));
  for (const asset of assets) copyAsset(asset);
  removeOrphans(new Set(sources.map((file) => relative(ROOT, file))));
  writeFileSync(stamp, wanted);
}

/** Runs a Node program in the project's folder and ends the process with its status when it fails. */
export function run(name, args, env = {}) {
  finish(name, spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit', env: { ...process.env, ...env } }));
}

function runNpm(args) {
  // Under `npm start` this names the npm that runs us; a bare `npm` is a .cmd file on Windows and needs a shell.
  const npm = process.env.npm_execpath;
  const options = { cwd: ROOT, stdio: 'inherit' };
  if (npm?.endsWith('.js')) finish('npm ci', spawnSync(process.execPath, [npm, ...args], options));
  else finish('npm ci', spawnSync('npm', args, { ...options, shell: process.platform === 'win32' }));
}

function finish(name, { error, status, signal }) {
  if (status === 0) return;
  console.error(`${name} failed${error ? `: ${error.message}` : signal ? ` (${signal})` : ''}.`);
  process.exit(status || 1);
}

/** True when a plain `npm ci` or `npm install` has already put there what the lockfile names. */
function isInstalledByHand() {
  const file = at('node_modules/.package-lock.json');
  if (!existsSync(file)) return false;
  const installed = JSON.parse(readFileSync(file, 'utf8')).packages;
  const wanted = JSON.parse(readFileSync(LOCKFILE, 'utf8')).packages;
  const isSame = (path) =>
    wanted[path]?.version === installed[path].version && wanted[path]?.integrity === installed[path].integrity;
  // Packages for other platforms are in the lockfile only.
  const mayMiss = ({ optional, devOptional, peer }) => optional || devOptional || peer;
  return (
    Object.keys(installed).every(isSame) &&
    Object.keys(wanted).every((path) => path === '' || path in installed || mayMiss(wanted[path]))
  );
}

function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.') && !entry.name.endsWith('.spec.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function copyAsset(file) {
  const target = join(DIST, relative(ROOT, file));
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(file, target);
}

/** A module whose source is gone must not be found by an import that was forgotten. */
function removeOrphans(sources) {
  for (const folder of SOURCES) {
    for (const file of filesBelow(join(DIST, folder))) {
      const made = relative(DIST, file);
      const stem = made.replace(/\.map$/, '').replace(/\.js$/, '');
      const hasSource = sources.has(made) || ['.ts', '.tsx'].some((ending) => sources.has(stem + ending));
      if (!hasSource) rmSync(file);
    }
  }
}

function readStamp(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

/** The parts are told apart by their lengths, so that moving text from one file to the next changes the hash. */
function hash(parts) {
  const sum = createHash('sha256');
  for (const part of parts) sum.update(`${part.length}:`).update(part);
  return sum.digest('hex');
}
