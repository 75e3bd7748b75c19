// The floors of the house, from the ground up. A module may import from its own floor only where FLOOR_NEIGHBOURS says so.
const floors = [
  ['config', 'common'],
  ['prisma', 'jobs', 'outbound-http', 'openai', 'evolution-api', 'mail', 'storage', 'secrets', 'limits', 'idempotency'],
  ['workspaces', 'users', 'models'],
  ['agents', 'channels', 'trainings', 'intentions'],
  ['contacts', 'interactions', 'chats', 'media'],
  ['conversations'],
  ['webhooks', 'auth', 'operator', 'health'],
];
const neighbours = {
  config: ['common'],
  common: ['config'],
  jobs: ['prisma'],
  limits: ['prisma'],
  idempotency: ['prisma', 'jobs'],
  users: ['workspaces'],
  models: ['workspaces'],
  channels: ['agents'],
  trainings: ['agents'],
  intentions: ['agents'],
  chats: ['interactions', 'contacts'],
  media: ['chats', 'interactions', 'contacts'],
};
const place = (names) => `^src/(${names.join('|')})(/|\\.ts$)`;

const arrows = floors.flatMap((names, floor) =>
  names.map((name) => {
    const allowed = [name, ...(neighbours[name] ?? []), ...floors.slice(0, floor).flat()];
    return {
      name: `arrows-point-down-${name}`,
      comment: `src/${name} stands on floor ${floor}: it may use what is below it, nothing beside or above.`,
      severity: 'error',
      from: { path: place([name]), pathNot: '\\.spec\\.ts$' },
      to: { path: '^src/', pathNot: place(allowed) },
    };
  }),
);

const ROLE =
  '\\.(module|controller|service|client|queries|job|pool|runner|server|filter|interceptor|guard|decorators|dto|spec)\\.ts$';
const ROOT = '^src/(main|app\\.module|create-app|stand-ins\\.server|welcome|config|openapi|rotate-secrets)';

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...arrows,
    {
      name: 'no-cycles',
      severity: 'error',
      from: { pathNot: '^src/prisma/generated/' },
      to: { circular: true },
    },
    {
      name: 'wires-know-no-database',
      comment: 'openai, evolution-api and outbound-http know the outside world, not our tables.',
      severity: 'error',
      from: { path: place(['openai', 'evolution-api', 'outbound-http', 'mail', 'storage']), pathNot: '\\.spec\\.ts$' },
      to: { path: '^src/(prisma|jobs)/' },
    },
    {
      name: 'one-client-dials-for-tenants',
      comment:
        'Whoever asks an address a tenant chose does it through outbound-http; the others ask what the operator set.',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: ['^src/outbound-http/', '^src/(openai|evolution-api)/[\\w-]+\\.client\\.ts$', '\\.spec\\.ts$'],
      },
      to: { path: ['node_modules/undici/', '^(node:)?(http|https|http2|tls)$'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-suffix-no-io',
      comment: 'A file without a role suffix is pure: no framework, no database, no network, no files, no processes.',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: [ROLE, ROOT, '^src/prisma/generated/', '^src/common/(logger|openapi|openapi-schema)\\.ts$'],
      },
      to: {
        path: [
          'node_modules/(@nestjs|@prisma|pg|undici|fastify|@fastify|ai|@ai-sdk|nodemailer)/',
          '^src/prisma/generated/',
          '^(node:)?(fs|fs/promises|net|http|https|child_process|timers|timers/promises|dns|worker_threads)$',
          '\\.(service|client|queries|pool|runner|server|controller|module|guard|filter|interceptor|decorators)\\.ts$',
        ],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'the-product-does-not-know-its-stand-ins',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/stand-ins\\.server\\.ts$' },
      to: { path: '^(simulator|test|bench)/' },
    },
    {
      name: 'no-tests-in-production',
      severity: 'error',
      from: { path: '^(src|simulator)/', pathNot: '\\.spec\\.ts$' },
      to: { path: '(\\.spec\\.ts$|^test/)' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs'],
    },
    exclude: { path: '^dist/' },
  },
};
