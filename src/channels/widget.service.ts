import { Injectable } from '@nestjs/common';
import { AppError } from '../common/app-error.js';
import type { SignedIn } from '../common/auth.decorators.js';
import { AccessService } from '../workspaces/access.service.js';
import type { Action } from '../workspaces/role-permissions.js';
import { ChannelsService } from './channels.service.js';
import type { CreateTypedChannelBody } from './widget.dto.js';

/** Speaks for the channel types that are published: WHATSAPP is built, the widget and the others are refused by name. */
@Injectable()
export class WidgetService {
  constructor(
    private readonly access: AccessService,
    private readonly channels: ChannelsService,
  ) {}

  /** @throws NOT_IMPLEMENTED for a widget, CHANNEL_TYPE_NOT_SUPPORTED, GATEWAY_FAILED, and VALIDATION_FAILED for an agent other than that of the path */
  async create(user: SignedIn, agentId: string, type: string, { name, assistantId }: CreateTypedChannelBody) {
    await this.access.agent(user, agentId, 'configure');
    if (assistantId && assistantId !== agentId) {
      const errors = [{ path: 'assistantId', message: 'must be the agent of the path' }];
      throw new AppError('VALIDATION_FAILED', undefined, { errors });
    }
    if (type === 'WIDGET') throw notBuilt();
    return this.channels.createForAgent(user, agentId, { name, type });
  }

  /** Whatever is asked of a widget: no channel is one. @throws NOT_FOUND, FORBIDDEN, NOT_IMPLEMENTED */
  async refuse(user: SignedIn, channelId: string, action: Action): Promise<never> {
    await this.access.channel(user, channelId, action);
    throw notBuilt();
  }
}

const notBuilt = () =>
  new AppError('NOT_IMPLEMENTED', 'Widget channels are not built yet; connect a WhatsApp number instead');
