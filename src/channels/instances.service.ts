import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { AppError } from '../common/app-error.js';
import { hashSecret } from '../common/hash-secret.js';
import { LOGGER } from '../common/logger.js';
import { CONFIG, type RuntimeConfig } from '../config.js';
import { type ConnectAnswer, EvolutionApiClient, WEBHOOK_EVENTS } from '../evolution-api/evolution-api.client.js';
import { GatewayError } from '../evolution-api/gateway-error.js';
import type { ConnectionState } from '../evolution-api/inbound-event.js';
import { announceConfigChange } from '../prisma/config-change.queries.js';
import { PrismaService } from '../prisma/prisma.service.js';
import { WEBHOOK_SECRET_HEADER, webhookAddress, webhookMark } from './address-webhook.js';
import { readNumberSettings } from './read-channel-config.js';

/** How long a deleted instance's name may still be taken. */
const NAME_TRIES = 6;
const NAME_RETRY_MS = 1_000;
const MOST_SETTINGS_CALLS = 5;

/** A channel that has an instance at the gateway. */
export interface Instance {
  readonly workspaceId: string;
  readonly id: string;
  readonly instanceName: string;
}

/** The gateway's half of a WhatsApp channel: one instance each. Its failures become errors a person can act on. */
@Injectable()
export class InstancesService {
  constructor(
    private readonly prisma: PrismaService,
    private readonly gateway: EvolutionApiClient,
    @Inject(CONFIG) private readonly config: RuntimeConfig,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * Creates the instance of a channel whose row exists, with a new secret; answers the first QR code if it was ready.
   * The secret's hash is committed before the gateway is asked: its first event may arrive before its answer does.
   * With a phone's `number`, its codes come with a pairing code to type. @throws GATEWAY_FAILED
   */
  async create({ workspaceId, id, instanceName }: Instance, number?: string) {
    const secret = randomBytes(32).toString('base64url');
    const webhookUrl = webhookAddress(this.config.publicUrl, workspaceId, id);
    const config = await this.prisma.$transaction(async (tx) => {
      const row = await tx.channel.update({
        where: { workspaceId_id: { workspaceId, id } },
        data: { webhookSecretHash: hashSecret(secret), webhookUrl: webhookMark(webhookUrl, WEBHOOK_EVENTS) },
      });
      await announceConfigChange(tx, workspaceId);
      return row.config;
    });
    const settings = readNumberSettings(config);
    const webhookSecretHeader = { name: WEBHOOK_SECRET_HEADER, value: secret };
    const created = await this.ask(() =>
      this.gateway.createInstance({
        instanceName,
        webhookUrl,
        webhookSecretHeader,
        events: WEBHOOK_EVENTS,
        number,
        settings,
      }),
    );
    return created.qr;
  }

  /**
   * Begins a new link for a phone that types a code. A socket asks for such a code only if it was opened for that phone,
   * so the instance is made anew; the gateway frees a deleted one's name some seconds later. @throws GATEWAY_FAILED
   */
  async createForPhone(instance: Instance, number: string) {
    await this.remove(instance.instanceName);
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.create(instance, number);
      } catch (error) {
        const isTaken = error instanceof AppError && (error.cause as GatewayError | undefined)?.kind === 'name_taken';
        if (!isTaken || attempt === NAME_TRIES) throw error;
        await sleep(NAME_RETRY_MS);
      }
    }
  }

  /**
   * Connects again without unlinking: an open or opening socket is closed and opened, a closed one opened. Where no
   * session exists any more the answer holds a code to scan. @throws GATEWAY_FAILED
   */
  async reconnect(instance: Instance): Promise<ConnectAnswer | undefined> {
    const state = await this.stateOf(instance.instanceName);
    if (state !== 'open' && state !== 'connecting') return this.connect(instance);
    await this.ask(() => this.gateway.restart(instance.instanceName));
    return undefined;
  }

  /**
   * The newest code, or that the phone is linked. An instance the gateway does not know (any more) is created anew.
   * @throws GATEWAY_FAILED
   */
  async connect(instance: Instance): Promise<ConnectAnswer> {
    try {
      return await this.gateway.connect(instance.instanceName);
    } catch (error) {
      if (!(error instanceof GatewayError && error.kind === 'not_found')) throw this.toAppError(error);
    }
    const qr = await this.create(instance);
    return { state: 'connecting', code: qr?.code ?? null, pairingCode: qr?.pairingCode ?? null };
  }

  /**
   * Brings the gateway's settings of the number in line with its configuration, which is read again after each call: of two
   * that run at once, the one that began earlier must not have the last word. Never throws: it is done again each time the
   * number connects.
   */
  async applySettings({ workspaceId, id, instanceName }: Instance): Promise<void> {
    try {
      let applied: string | undefined;
      for (let call = 0; call < MOST_SETTINGS_CALLS; call++) {
        const channel = await this.prisma.channel.findUnique({ where: { workspaceId_id: { workspaceId, id } } });
        const settings = channel && readNumberSettings(channel.config);
        if (!settings || JSON.stringify(settings) === applied) return;
        await this.gateway.setSettings(instanceName, settings);
        applied = JSON.stringify(settings);
      }
    } catch (error) {
      this.logger.warn({ instanceName, error: describe(error) }, 'settings of a number not changed at the gateway');
    }
  }

  /** The link's state as the gateway sees it now; null when it does not say. Never throws. */
  async stateOf(instanceName: string): Promise<ConnectionState | null> {
    return this.gateway.connectionState(instanceName).catch(() => null);
  }

  /**
   * Unlinks the phone and deletes the instance; that there is none is success. Deleting is needed to link again:
   * Evolution API up to 2.3.6 delivers no messages to an instance that was logged out and linked anew.
   * @throws GATEWAY_FAILED
   */
  async remove(instanceName: string): Promise<void> {
    await this.gateway.logout(instanceName).catch((error: unknown) => {
      this.logger.debug({ instanceName, error: describe(error) }, 'instance was not logged out before its deletion');
    });
    await this.ask(() => this.gateway.deleteInstance(instanceName));
  }

  private async ask<T>(call: () => Promise<T>): Promise<T> {
    return call().catch((error: unknown) => {
      throw this.toAppError(error);
    });
  }

  /** The gateway's own words may name its address or key, so they go to the log and not to the caller. */
  private toAppError(error: unknown): unknown {
    if (!(error instanceof GatewayError)) return error;
    this.logger.warn({ kind: error.kind, status: error.status, text: error.text }, 'the gateway failed');
    return new AppError('GATEWAY_FAILED', SENTENCES[error.kind], { cause: error });
  }
}

const SENTENCES: Readonly<Record<GatewayError['kind'], string>> = {
  unreachable: 'The WhatsApp gateway does not answer; check EVOLUTION_API_URL and that it runs, then try again',
  unauthorized: 'The WhatsApp gateway refuses our key; check EVOLUTION_API_KEY',
  not_found: 'The WhatsApp gateway does not know this channel’s instance',
  name_taken: 'The WhatsApp gateway already has an instance of this name',
  refused: 'The WhatsApp gateway refused the request; its log and ours say why',
  too_large: 'The WhatsApp gateway answered more than is read',
  failed: 'The WhatsApp gateway failed; try again, and see its log if it keeps failing',
  licence: 'The WhatsApp gateway has no activated licence; activate it and try again',
};

const describe = (error: unknown) => (error instanceof Error ? error.message : String(error));
