import { Controller, Delete, Get, Post, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Answers, AnswersPage } from '../common/answer.decorators.js';
import { CurrentUser, type SignedIn } from '../common/auth.decorators.js';
import { Describe } from '../common/describe.decorators.js';
import { Success } from '../common/fields.js';
import { Id, ValidBody, ValidQuery } from '../common/input.decorators.js';
import {
  ChannelAnswer,
  ChannelQuery,
  ConfigAnswer,
  CreateChannelBody,
  CreatedChannelAnswer,
  CreatedWorkspaceChannelAnswer,
  CreateWorkspaceChannelBody,
  QrCodeAnswer,
  UpdateChannelBody,
  UpdateConfigBody,
  UpdatedChannelAnswer,
  WorkspaceChannelQuery,
} from './channels.dto.js';
import { ChannelsService } from './channels.service.js';

@ApiTags('channels')
@Controller(['v2', ''])
export class ChannelsController {
  constructor(private readonly channels: ChannelsService) {}

  @Post('agent/:agentId/create-channel')
  @Describe('Create a channel for an agent', {
    action: 'configure',
    errors: ['CHANNEL_TYPE_NOT_SUPPORTED', 'GATEWAY_FAILED'],
    example: { name: 'Loja', type: 'WHATSAPP' },
  })
  @Answers(CreatedChannelAnswer, { created: true })
  createForAgent(
    @CurrentUser() user: SignedIn,
    @Id('agentId') id: string,
    @ValidBody(CreateChannelBody) body: CreateChannelBody,
  ) {
    return this.channels.createForAgent(user, id, body);
  }

  @Post('workspace/:workspaceId/create-channel')
  @Describe('Create a channel in a workspace', {
    action: 'configure',
    errors: ['CHANNEL_TYPE_NOT_SUPPORTED', 'GATEWAY_FAILED'],
    example: { name: 'Loja', type: 'WHATSAPP' },
    details: 'For the agent that is named, or else the workspace’s only one.',
  })
  @Answers(CreatedWorkspaceChannelAnswer, { created: true })
  createForWorkspace(
    @CurrentUser() user: SignedIn,
    @Id('workspaceId') id: string,
    @ValidBody(CreateWorkspaceChannelBody) body: CreateWorkspaceChannelBody,
  ) {
    return this.channels.createForWorkspace(user, id, body);
  }

  @Get('agent/:agentId/search')
  @Describe('List an agent’s channels', { action: 'read' })
  @AnswersPage(ChannelAnswer, { v2List: 'counted' })
  listOfAgent(@CurrentUser() user: SignedIn, @Id('agentId') id: string, @ValidQuery(ChannelQuery) query: ChannelQuery) {
    return this.channels.listOfAgent(user, id, query);
  }

  @Get('workspace/:workspaceId/channels')
  @Describe('List a workspace’s channels', { action: 'read' })
  @AnswersPage(ChannelAnswer, { v2List: 'counted' })
  listOfWorkspace(
    @CurrentUser() user: SignedIn,
    @Id('workspaceId') id: string,
    @ValidQuery(WorkspaceChannelQuery) query: WorkspaceChannelQuery,
  ) {
    return this.channels.listOfWorkspace(user, id, query);
  }

  @Put('channel/:channelId')
  @Describe('Rename a channel or move it to another agent', {
    action: 'configure',
    errors: ['CONFLICT'],
    example: { name: 'Filial' },
    details: 'An agent’s built-in API channel cannot be moved.',
  })
  @Answers(UpdatedChannelAnswer)
  update(
    @CurrentUser() user: SignedIn,
    @Id('channelId') id: string,
    @ValidBody(UpdateChannelBody) body: UpdateChannelBody,
  ) {
    return this.channels.update(user, id, body);
  }

  @Delete('channel/:channelId')
  @Describe('Delete a channel with its chats', {
    action: 'configure',
    errors: ['CONFLICT', 'GATEWAY_FAILED'],
    details: 'The phone is unlinked. An agent’s built-in API channel cannot be deleted.',
  })
  @Answers(Success)
  remove(@CurrentUser() user: SignedIn, @Id('channelId') id: string) {
    return this.channels.remove(user, id);
  }

  @Get('channel/:channelId/qr-code')
  @Describe('Read the QR code to scan', {
    action: 'configure',
    errors: ['GATEWAY_FAILED', 'TEMPORARILY_UNAVAILABLE'],
    details: 'Or word that the phone is linked. A code is worth scanning for 40 seconds: ask again while it shows.',
  })
  @Answers(QrCodeAnswer)
  qrCode(@CurrentUser() user: SignedIn, @Id('channelId') id: string) {
    return this.channels.qrCode(user, id);
  }

  @Put('channel/:channelId/refresh-qr-code')
  @Describe('Ask the gateway for a new QR code', {
    action: 'configure',
    errors: ['CONFLICT', 'GATEWAY_FAILED', 'TEMPORARILY_UNAVAILABLE'],
  })
  @Answers(Success)
  refreshQrCode(@CurrentUser() user: SignedIn, @Id('channelId') id: string) {
    return this.channels.refreshQrCode(user, id);
  }

  @Put('channel/:channelId/disconnect')
  @Describe('Unlink the phone', { action: 'configure', errors: ['CONFLICT', 'GATEWAY_FAILED'] })
  @Answers(Success)
  disconnect(@CurrentUser() user: SignedIn, @Id('channelId') id: string) {
    return this.channels.disconnect(user, id);
  }

  @Get('channel/:channelId/config')
  @Describe('Read how a channel behaves', { action: 'read' })
  @Answers(ConfigAnswer)
  config(@CurrentUser() user: SignedIn, @Id('channelId') id: string) {
    return this.channels.config(user, id);
  }

  @Put('channel/:channelId/config')
  @Describe('Change how a channel behaves', {
    action: 'configure',
    example: { enabledTyping: true, startTrigger: null },
    details: 'Changes the given fields.',
  })
  @Answers(ConfigAnswer)
  updateConfig(
    @CurrentUser() user: SignedIn,
    @Id('channelId') id: string,
    @ValidBody(UpdateConfigBody) body: UpdateConfigBody,
  ) {
    return this.channels.updateConfig(user, id, body);
  }
}
