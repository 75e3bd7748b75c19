import { Injectable } from '@nestjs/common';
import { announceConfigChange } from '../prisma/config-change.queries.js';
import type { Prisma } from '../prisma/generated/client.js';
import { PrismaService } from '../prisma/prisma.service.js';

/** What the gateway said about a link; the number and name come only with `open`. */
export interface ConnectionChange {
  readonly state: 'connecting' | 'open' | 'close' | 'refused';
  /** WhatsApp's status code. */
  readonly reason: number | null;
  readonly ownJid?: string | null;
  readonly profileName?: string | null;
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
  constructor(private readonly prisma: PrismaService) {}

  /** A linked or finally unlinked phone makes every code worthless. */
  async applyConnection(workspaceId: string, id: string, change: ConnectionChange): Promise<void> {
    const { state, reason, ownJid, profileName } = change;
    await this.write(
      { workspaceId, id },
      {
        state,
        stateReason: reason,
        stateAt: new Date(),
        ownJid: ownJid ?? undefined,
        profileName: profileName ?? undefined,
        ...(state !== 'connecting' && NO_CODE),
      },
    );
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
      if (count > 0 && data.state === 'open')
        await tx.channel.updateMany({ where: { ...where, firstOpenedAt: null }, data: { firstOpenedAt: new Date() } });
      if (count > 0) await announceConfigChange(tx, where.workspaceId);
    });
  }
}
