import { Controller, Get, Post, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Answers } from '../common/answer.decorators.js';
import { CurrentUser, type SignedIn } from '../common/auth.decorators.js';
import { Describe } from '../common/describe.decorators.js';
import { Success } from '../common/fields.js';
import { Id, ReaderLanguage, ValidBody } from '../common/input.decorators.js';
import type { Language } from '../common/language.js';
import { ChannelLinksService } from './channel-links.service.js';
import { ChannelWithConnection, PairingCodeAnswer, PairingCodeBody } from './channels.dto.js';
import { ChannelsService } from './channels.service.js';

/** What the published API has no route for. */
@ApiTags('channels')
@Controller('')
export class OwnChannelsController {
  constructor(
    private readonly channels: ChannelsService,
    private readonly links: ChannelLinksService,
  ) {}

  @Get('channel/:channelId')
  @Describe('Read a channel', { action: 'read' })
  @Answers(ChannelWithConnection)
  get(@CurrentUser() user: SignedIn, @Id('channelId') id: string, @ReaderLanguage() language: Language) {
    return this.channels.get(user, id, language);
  }

  @Post('channel/:channelId/pairing-code')
  @Describe('Link a phone by a typed code', {
    action: 'configure',
    errors: ['CONFLICT', 'GATEWAY_FAILED', 'TEMPORARILY_UNAVAILABLE'],
    example: { phone: '+55 81 99999-0000' },
    details:
      'The code is typed on the phone under "Link with phone number instead". Begins a new link: a session that is closed for the moment ends; reconnect keeps it.',
  })
  @Answers(PairingCodeAnswer)
  pairingCode(
    @CurrentUser() user: SignedIn,
    @Id('channelId') id: string,
    @ValidBody(PairingCodeBody) body: PairingCodeBody,
  ) {
    return this.links.pairingCode(user, id, body);
  }

  @Put('channel/:channelId/reconnect')
  @Describe('Connect again without unlinking', {
    action: 'configure',
    errors: ['CONFLICT', 'GATEWAY_FAILED'],
    details: 'For a link that has gone dead. Where no session exists any more, a QR code will show.',
  })
  @Answers(Success)
  reconnect(@CurrentUser() user: SignedIn, @Id('channelId') id: string) {
    return this.links.reconnect(user, id);
  }
}
