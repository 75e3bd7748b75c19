import { Controller, Delete, Get, Post, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Answers, AnswersPage } from '../common/answer.decorators.js';
import { CurrentUser, type SignedIn } from '../common/auth.decorators.js';
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
  @Answers(CreatedChannelAnswer, { created: true })
  createForAgent(
    @CurrentUser() user: SignedIn,
    @Id('agentId') id: string,
    @ValidBody(CreateChannelBody) body: CreateChannelBody,
  ) {
    return this.channels.createForAgent(user, id, body);
  }

  @Post('workspace/:workspaceId/create-channel')
  @Answers(CreatedWorkspaceChannelAnswer, { created: true })
  createForWorkspace(
    @CurrentUser() user: SignedIn,
    @Id('workspaceId') id: string,
    @ValidBody(CreateWorkspaceChannelBody) body: CreateWorkspaceChannelBody,
  ) {
    return this.channels.createForWorkspace(user, id, body);
  }

  @Get('agent/:agentId/search')
  @AnswersPage(ChannelAnswer, { v2List: 'counted' })
  listOfAgent(@CurrentUser() user: SignedIn, @Id('agentId') id: string, @ValidQuery(ChannelQuery) query: ChannelQuery) {
    return this.channels.listOfAgent(user, id, query);
  }

  @Get('workspace/:workspaceId/channels')
  @AnswersPage(ChannelAnswer, { v2List: 'counted' })
  listOfWorkspace(
    @CurrentUser() user: SignedIn,
    @Id('workspaceId') id: string,
    @ValidQuery(WorkspaceChannelQuery) query: WorkspaceChannelQuery,
  ) {
    return this.channels.listOfWorkspace(user, id, query);
  }

  @Put('channel/:channelId')
  @Answers(UpdatedChannelAnswer)
  update(
    @CurrentUser() user: SignedIn,
    @Id('channelId') id: string,
    @ValidBody(UpdateChannelBody) body: UpdateChannelBody,
  ) {
    return this.channels.update(user, id, body);
  }

  @Delete('channel/:channelId')
  @Answers(Success)
  remove(@CurrentUser() user: SignedIn, @Id('channelId') id: string) {
    return this.channels.remove(user, id);
  }

  @Get('channel/:channelId/qr-code')
  @Answers(QrCodeAnswer)
  qrCode(@CurrentUser() user: SignedIn, @Id('channelId') id: string) {
    return this.channels.qrCode(user, id);
  }

  @Put('channel/:channelId/refresh-qr-code')
  @Answers(Success)
  refreshQrCode(@CurrentUser() user: SignedIn, @Id('channelId') id: string) {
    return this.channels.refreshQrCode(user, id);
  }

  @Put('channel/:channelId/disconnect')
  @Answers(Success)
  disconnect(@CurrentUser() user: SignedIn, @Id('channelId') id: string) {
    return this.channels.disconnect(user, id);
  }

  @Get('channel/:channelId/config')
  @Answers(ConfigAnswer)
  config(@CurrentUser() user: SignedIn, @Id('channelId') id: string) {
    return this.channels.config(user, id);
  }

  @Put('channel/:channelId/config')
  @Answers(ConfigAnswer)
  updateConfig(
    @CurrentUser() user: SignedIn,
    @Id('channelId') id: string,
    @ValidBody(UpdateConfigBody) body: UpdateConfigBody,
  ) {
    return this.channels.updateConfig(user, id, body);
  }
}
