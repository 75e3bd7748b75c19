import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import { announceConfigChange, notifyConfigChange } from '../prisma/config-change.queries.js';
import { POOL } from '../prisma/database.pool.js';
import type { Prisma } from '../prisma/generated/client.js';
import { PrismaService } from '../prisma/prisma.service.js';
import { inTransaction } from '../prisma/transaction.queries.js';
import { tellPeople } from '../workspaces/notices.queries.js';
import { keepLink, lockLink } from './channels.queries.js';
import { nextConnection } from './next-connection.js';

/** What the gateway said about a link; the number and name come only with `open`. */
export interface ConnectionChange {
  readonly state: 'connecting' | 'open' | 'close' | 'refused';
  /** WhatsApp's status code. */
  readonly reason: number | null;
  readonly ownJid?: string | null;
  readonly profileName?: string | null;
  /** Of an answer: the change it was asked after. What came since is newer than the answer. */
  readonly askedAfter?: Date;
}

/** A code to scan; null when the gateway has stopped issuing codes and waits to be asked. */
export interface QrChange {
  readonly code: string | null;
  readonly pairingCode: string | null;
}

const NO_CODE = { qrCode: null, pairingCode: null, qrAt: null };

/** Keeps what the gateway tells about a channel. A channel that is gone by then is no failure. */
@Injectable()
export class ChannelStateService {
  constructor(
    private readonly prisma: PrismaService,
    @Inject(POOL) private readonly pool: Pool,
  ) {}

  /** A linked or finally unlinked phone makes every code worthless. People are told of a link that is lost. */
  async applyConnection(workspaceId: string, id: string, change: ConnectionChange): Promise<void> {
    await inTransaction(this.pool, async (tx) => {
      const now = await lockLink(tx, workspaceId, id);
      const isOld = change.askedAfter && now?.stateAt.getTime() !== change.askedAfter.getTime();
      if (!now || isOld) return;
      const { isLost, ...link } = nextConnection(now, change);
      const { ownJid = null, profileName = null } = change;
      await keepLink(tx, workspaceId, id, { ...link, ownJid, profileName });
      if (isLost) await tellPeople(tx, { workspaceId, kind: 'channel.closed', channelId: id, details: { ...link } });
      await notifyConfigChange(tx, workspaceId);
    });
  }

  /** A code that came as an event. It may be late: on a channel that is open by now it means nothing. */
  async applyQr(workspaceId: string, id: string, { code, pairingCode }: QrChange): Promise<void> {
    const data = code === null ? NO_CODE : { qrCode: code, pairingCode, qrAt: new Date() };
    await this.write({ workspaceId, id, state: { not: 'open' } }, data);
  }

  /** A code the gateway answered just now: no phone is linked, whatever we believed. */
  async applyFreshQr(workspaceId: string, id: string, { code, pairingCode }: QrChange): Promise<void> {
    await this.write({ workspaceId, id }, { qrCode: code, pairingCode, qrAt: new Date() });
    await this.moveTo('connecting', { workspaceId, id, state: { not: 'connecting' } });
  }

  /** The answer to a creation; what events have said meanwhile is newer and stays. */
  async applyCreated(workspaceId: string, id: string, qr: QrChange | null): Promise<void> {
    if (qr?.code) {
      const data = { qrCode: qr.code, pairingCode: qr.pairingCode, qrAt: new Date() };
      await this.write({ workspaceId, id, qrAt: null, state: { in: ['created', 'connecting'] } }, data);
    }
    await this.moveTo('connecting', { workspaceId, id, state: 'created' });
  }

  private moveTo(state: string, where: Prisma.ChannelWhereInput & { workspaceId: string }): Promise<void> {
    return this.write(where, { state, stateReason: null, stateAt: new Date() });
  }

  private async write(
    where: Prisma.ChannelWhereInput & { workspaceId: string },
    data: Prisma.ChannelUpdateManyMutationInput,
  ): Promise<void> {
    await this.prisma.$transaction(async (tx) => {
      const { count } = await tx.channel.updateMany({ where, data });
      if (count > 0) await announceConfigChange(tx, where.workspaceId);
    });
  }
}
