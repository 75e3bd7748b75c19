import 'reflect-metadata';
import cookie from '@fastify/cookie';
import cors, { type FastifyCorsOptionsDelegateCallback } from '@fastify/cors';
import helmet from '@fastify/helmet';
import type { DynamicModule, LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from 'pino';
import { v7 as uuid7 } from 'uuid';
import { AppModule } from './app.module.js';
import { parseAllowList } from './common/allow-list.js';
import { earlyAnswers } from './common/early-answers.server.js';
import { letSaveAddresses } from './common/fields.js';
import { LOGGER } from './common/logger.js';
import { serveOpenApi } from './common/openapi.js';
import type { RuntimeConfig } from './config.js';
import { EvolutionDoorService } from './webhooks/evolution-door.service.js';
import { guardWebhooks } from './webhooks/guard-webhooks.server.js';

/** The largest body anyone may send; a gateway's event with a long text and its context stays far below. */
const BODY_LIMIT_BYTES = 25 * 1024 * 1024;
/** A body that drips in for longer is an attack, not a connection. */
const REQUEST_TIMEOUT_MS = 30_000;
/** Node takes the longer of the two for the body (src/node_http_parser.cc, ConnectionsList::Expired), and its own is 60 s. */
const HEADERS_TIMEOUT_MS = 15_000;
/** How often Node looks for requests that are over their time; its own 30 s would double it. */
const TIMEOUT_CHECK_MS = 5_000;

/** Builds the application: nothing is connected and no port is open until `init` or `listen`. */
export async function createApp(
  config: RuntimeConfig,
  extra: readonly DynamicModule[] = [],
): Promise<NestFastifyApplication> {
  letSaveAddresses(parseAllowList(config.outboundAllow));
  const isHttps = config.publicUrl.startsWith('https:');
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    http: { headersTimeout: HEADERS_TIMEOUT_MS, connectionsCheckingInterval: TIMEOUT_CHECK_MS },
    ...earlyAnswers({ isHttps }),
    trustProxy: config.trustProxy as never,
    genReqId: () => uuid7(),
    // A customer's text may hold "__proto__": the key is dropped, the message is not.
    onProtoPoisoning: 'remove',
    onConstructorPoisoning: 'remove',
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 500 },
  });
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.register(config, extra), adapter, {
    logger: false,
    abortOnError: false,
    // Fastify's own JSON parser, and no other: forms and plain text are refused with 415.
    bodyParser: false,
  });
  app.useLogger(nestLogger(app.get<Logger>(LOGGER)));
  const fastify = adapter.getInstance();
  fastify.removeContentTypeParser('text/plain');
  // First of all, so that whatever a later hook refuses is answered with these headers too.
  await app.register(helmet as never, {
    contentSecurityPolicy: {
      directives: {
        defaultSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        styleSrc: ["'self'", "'unsafe-inline'"],
        frameAncestors: ["'none'"],
        // On plain HTTP (a shop's own network) the browser must not ask for HTTPS.
        upgradeInsecureRequests: isHttps ? [] : null,
      },
    },
    hsts: isHttps,
  });
  fastify.addHook('onSend', keepOutOfCaches);
  if (config.corsOrigins.length > 0) await app.register(cors as never, { delegator: corsFor(config.corsOrigins) });
  await app.register(cookie as never);
  guardWebhooks(fastify as never, app.get(EvolutionDoorService));
  if (config.role === 'worker') fastify.addHook('onRequest', onlyHealth);
  // Idle connections are closed at once, but one whose answer is under way would be kept for another 72 s, and we with it.
  fastify.addHook('preClose', async () => {
    fastify.server.keepAliveTimeout = 1;
  });
  serveOpenApi(app);
  return app;
}

/**
 * A browser's scripts may read our answers from the listed origins, and with credentials from nowhere else. Whoever is
 * not on the list is told nothing, not even what would be allowed.
 */
function corsFor(origins: readonly string[]): FastifyCorsOptionsDelegateCallback {
  const listed = {
    credentials: true,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: ['X-Total-Count', 'Retry-After', 'Idempotent-Replayed', 'Content-Disposition'],
    maxAge: 600,
  };
  return (request, done) => {
    const origin = origins.find((known) => known === request.headers.origin);
    done(null, origin ? { ...listed, origin } : { origin: false });
  };
}

/** What is meant for one caller stays out of every cache on the way; a file that may be kept says so itself. */
async function keepOutOfCaches(
  _request: unknown,
  reply: { hasHeader(name: string): boolean; header(name: string, value: string): unknown },
): Promise<void> {
  if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
}

/** A worker process has no door but the one its supervisor knocks at. */
async function onlyHealth(
  request: { url: string },
  reply: { code(status: number): { send(body?: unknown): unknown } },
) {
  if (!request.url.startsWith('/health/')) await reply.code(404).send();
}

/** Nest's own words: warnings and errors at their level, its start-up chatter only when debugging. */
function nestLogger(logger: Logger): LoggerService {
  const say =
    (level: 'debug' | 'warn' | 'error' | 'fatal') =>
    (message: unknown, ...rest: unknown[]) =>
      logger[level]({ context: rest.at(-1) }, String(message));
  return {
    log: say('debug'),
    debug: say('debug'),
    verbose: say('debug'),
    warn: say('warn'),
    error: say('error'),
    fatal: say('fatal'),
  };
}
