import { Controller, Get, Post, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Answers } from '../common/answer.decorators.js';
import { CurrentUser, type SignedIn } from '../common/auth.decorators.js';
import { Describe, DescribeUnbuilt } from '../common/describe.decorators.js';
import { Id, PathText, ValidBody } from '../common/input.decorators.js';
import { CreatedWorkspaceChannelAnswer } from './channels.dto.js';
import { ChannelType, CreateTypedChannelBody, WidgetSettingsBody } from './widget.dto.js';
import { WidgetService } from './widget.service.js';

@ApiTags('channels')
@Controller(['v2', ''])
export class WidgetController {
  constructor(private readonly widget: WidgetService) {}

  @Post('assistant/:assistantId/create-channel/:type')
  @Describe('Create a channel of a type for an agent', {
    action: 'configure',
    errors: ['CHANNEL_TYPE_NOT_SUPPORTED', 'GATEWAY_FAILED', 'NOT_IMPLEMENTED'],
    example: { name: 'Loja' },
    details: 'WHATSAPP is built, a WIDGET is not yet; every other type is refused by its name.',
  })
  @Answers(CreatedWorkspaceChannelAnswer, { created: true })
  create(
    @CurrentUser() user: SignedIn,
    @Id('assistantId') id: string,
    @PathText('type', ChannelType) type: string,
    @ValidBody(CreateTypedChannelBody) body: CreateTypedChannelBody,
  ) {
    return this.widget.create(user, id, type, body);
  }

  @Put('channel/:channelId/widget-settings')
  @DescribeUnbuilt('Change how a widget looks', { action: 'configure' })
  updateSettings(
    @CurrentUser() user: SignedIn,
    @Id('channelId') id: string,
    @ValidBody(WidgetSettingsBody) _body: unknown,
  ) {
    return this.widget.refuse(user, id, 'configure');
  }

  @Get('channel/:channelId/widget-links')
  @DescribeUnbuilt('Show the links of a widget', { action: 'read' })
  links(@CurrentUser() user: SignedIn, @Id('channelId') id: string) {
    return this.widget.refuse(user, id, 'read');
  }
}
