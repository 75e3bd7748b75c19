import { Controller, Get, Param, Post, Put } from '@nestjs/common';
import { ApiResponse, ApiTags } from '@nestjs/swagger';
import { Answers } from '../common/answer.decorators.js';
import { CurrentUser, type SignedIn } from '../common/auth.decorators.js';
import { Describe } from '../common/describe.decorators.js';
import { Id, ValidBody } from '../common/input.decorators.js';
import { CreateAssistantChannelBody, CreatedWorkspaceChannelAnswer } from './channels.dto.js';
import { ChannelsService } from './channels.service.js';

/** Published routes under an older name of agents, and those of a channel type that is not built. */
@ApiTags('channels')
@Controller(['v2', ''])
export class AssistantChannelsController {
  constructor(private readonly channels: ChannelsService) {}

  @Post('assistant/:assistantId/create-channel/:type')
  @Describe('Create a channel of a type', {
    action: 'configure',
    errors: ['CHANNEL_TYPE_NOT_SUPPORTED', 'GATEWAY_FAILED'],
    example: { name: 'Loja' },
    details: 'An assistant is an agent. WHATSAPP is the type that is built.',
  })
  @Answers(CreatedWorkspaceChannelAnswer, { created: true })
  create(
    @CurrentUser() user: SignedIn,
    @Id('assistantId') id: string,
    @Param('type') type: string,
    @ValidBody(CreateAssistantChannelBody) { name }: CreateAssistantChannelBody,
  ) {
    return this.channels.createForAgent(user, id, { name, type });
  }

  @Put('channel/:channelId/widget-settings')
  @Describe('Change a widget (not built yet)', { action: 'configure', errors: ['NOT_IMPLEMENTED'] })
  @ApiResponse({ status: 501 })
  widgetSettings(@CurrentUser() user: SignedIn, @Id('channelId') id: string) {
    return this.channels.refuseWidget(user, id, 'configure');
  }

  @Get('channel/:channelId/widget-links')
  @Describe('Read the links of a widget (not built yet)', { action: 'read', errors: ['NOT_IMPLEMENTED'] })
  @ApiResponse({ status: 501 })
  widgetLinks(@CurrentUser() user: SignedIn, @Id('channelId') id: string) {
    return this.channels.refuseWidget(user, id, 'read');
  }
}
