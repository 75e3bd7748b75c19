import { EventEmitter } from 'node:events';
import { Inject, Injectable, OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import pg from 'pg';
import type { Logger } from 'pino';
import { LOGGER } from '../common/logger.js';
import { CONFIG, type RuntimeConfig } from '../config.js';
import { POOL } from '../prisma/database.pool.js';

/** What processes tell each other. Everything a wake-up says is also a row: a lost one costs a poll interval. */
export type Topic =
  | 'tawkee_turn'
  | 'tawkee_send'
  | 'tawkee_done'
  | 'tawkee_config'
  | 'tawkee_taken'
  | 'tawkee_media'
  | 'tawkee_hook'
  | 'tawkee_timer';

/** A turn may be due; payload: ms until then. */
export const TURN: Topic = 'tawkee_turn';
/** A message of a person or an API client waits to be sent; no payload. */
export const SEND: Topic = 'tawkee_send';
/** A turn ended; payload: its id. */
export const DONE: Topic = 'tawkee_done';
/** Agent, settings or channel changed; payload: the workspace id, or `*` after a lost connection. */
export const CONFIG_CHANGED: Topic = 'tawkee_config';
/** A person acted in a chat, so that the agent's work there is void; payload: the chat's id. */
export const TAKEN: Topic = 'tawkee_taken';
/** A file may be fetched, or was; no payload, or the message's id. */
export const MEDIA: Topic = 'tawkee_media';
/** A hook delivery may be due; no payload. */
export const HOOK: Topic = 'tawkee_hook';
/** A timer was set; no payload. */
export const TIMER: Topic = 'tawkee_timer';

const TOPICS: readonly Topic[] = [TURN, SEND, DONE, CONFIG_CHANGED, TAKEN, MEDIA, HOOK, TIMER];
const RECONNECT_MS = 1_000;

/** LISTEN/NOTIFY behind a few topics. Listeners must be harmless when called twice or for nothing. */
@Injectable()
export class WakeupsService implements OnModuleInit, OnApplicationShutdown {
  private readonly local = new EventEmitter().setMaxListeners(0);
  private client: pg.Client | undefined;
  private closing = false;

  constructor(
    @Inject(CONFIG) private readonly config: RuntimeConfig,
    @Inject(POOL) private readonly pool: pg.Pool,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.listen();
  }

  async onApplicationShutdown(): Promise<void> {
    this.closing = true;
    await this.client?.end().catch(() => undefined);
  }

  /** Calls `listener` for each wake-up of this or another process; returns the way to stop. */
  on(topic: Topic, listener: (payload: string) => void): () => void {
    this.local.on(topic, listener);
    return () => this.local.off(topic, listener);
  }

  /** Resolves at the next such wake-up, or after `ms`: the one that was lost is made up for by looking again. */
  next(topic: Topic, payload: string, ms: number): Promise<void> {
    return new Promise((resolve) => {
      const finish = () => {
        clearTimeout(timer);
        stop();
        resolve();
      };
      const timer = setTimeout(finish, ms);
      const stop = this.on(topic, (said) => {
        if (said === payload) finish();
      });
    });
  }

  /** Wakes this process only. */
  wakeHere(topic: Topic, payload: string): void {
    this.local.emit(topic, payload);
  }

  /** Wakes every process, this one at once. Never throws: the rows are there, a poll will find them. */
  announce(topic: Topic, payload: string): void {
    this.wakeHere(topic, payload);
    this.pool.query('SELECT pg_notify($1, $2)', [topic, payload]).catch((error: unknown) => {
      this.logger.warn({ err: error, topic }, 'wake-up not sent; polling will find the work');
    });
  }

  private async listen(): Promise<void> {
    const client = new pg.Client({ connectionString: this.config.databaseUrl, application_name: 'tawkee-listen' });
    let lost = false;
    const retry = () => {
      if (lost || this.closing) return;
      lost = true;
      client.end().catch(() => undefined);
      setTimeout(() => void this.listen(), RECONNECT_MS).unref();
    };
    client.on('error', retry);
    client.on('end', retry);
    client.on('notification', ({ channel, payload }) => this.local.emit(channel, payload ?? ''));
    try {
      await client.connect();
      await client.query(TOPICS.map((topic) => `LISTEN ${topic}`).join('; '));
      this.client = client;
      this.wakeHere(CONFIG_CHANGED, '*');
    } catch (error) {
      this.logger.warn({ err: error }, 'not listening yet; trying again');
      retry();
    }
  }
}
