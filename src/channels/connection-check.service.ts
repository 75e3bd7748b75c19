import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { LOGGER } from '../common/logger.js';
import { PrismaService } from '../prisma/prisma.service.js';
import { ChannelStateService } from './channel-state.service.js';
import { InstancesService } from './instances.service.js';

/**
 * The gateway's events come in no order: a `connecting` may arrive after the `open` that followed it. So an event is
 * kept as it came, and then the gateway is asked how things stand.
 */
@Injectable()
export class ConnectionCheckService {
  constructor(
    private readonly instances: InstancesService,
    private readonly prisma: PrismaService,
    private readonly state: ChannelStateService,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Corrects what we believe of a channel by what the gateway says now; answers the state. Never throws. */
  async confirm(workspaceId: string, channelId: string): Promise<string | undefined> {
    try {
      const where = { workspaceId_id: { workspaceId, id: channelId } };
      const channel = await this.prisma.channel.findUnique({ where });
      if (!channel?.instanceName) return undefined;
      const state = await this.instances.stateOf(channel.instanceName);
      const { id, instanceName } = channel;
      if (state === 'open') await this.instances.applySettings({ workspaceId, id, instanceName });
      if (state === null || state === channel.state) return channel.state;
      // A number that was never linked is `close` at the gateway; what we show is the code to scan.
      if (state === 'close' && channel.state === 'connecting' && channel.qrCode) return channel.state;
      await this.state.applyConnection(workspaceId, channelId, { state, reason: null, askedAfter: channel.stateAt });
      return state;
    } catch (error) {
      this.logger.debug(
        { err: error, channel: channelId },
        'the gateway could not be asked for the state of a channel',
      );
      return undefined;
    }
  }
}
