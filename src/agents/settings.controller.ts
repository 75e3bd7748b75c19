import { Controller, Get, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Answers } from '../common/answer.decorators.js';
import { CurrentUser, type SignedIn } from '../common/auth.decorators.js';
import { Describe } from '../common/describe.decorators.js';
import { Success } from '../common/fields.js';
import { CurrentFace, Id, ValidBody } from '../common/input.decorators.js';
import type { Face } from '../common/read-face.js';
import { SettingsAnswer, UpdateSettingsBody } from './agents.dto.js';
import { HooksAnswer, UpdateHooksBody } from './hooks.dto.js';
import { SettingsService } from './settings.service.js';

@ApiTags('agents')
@Controller(['v2', ''])
export class SettingsController {
  constructor(private readonly settings: SettingsService) {}

  @Get('agent/:agentId/settings')
  @Describe('Show an agent’s settings', {
    action: 'read',
    details:
      'Under /v2, a model without a published name is shown by the nearest one, and a limit action nobody chose as BLOCK.',
  })
  @Answers(SettingsAnswer)
  get(@CurrentUser() user: SignedIn, @Id('agentId') id: string) {
    return this.settings.settings(user, id);
  }

  @Put('agent/:agentId/settings')
  @Describe('Change an agent’s settings', {
    action: 'configure',
    errors: ['URL_NOT_ALLOWED', 'MODEL_NOT_SERVED'],
    example: { messageGroupingTime: 'TEN_SEC', splitMessages: true, maxDailyMessages: 100 },
    details: 'Settings that are left out stay. A model that is sent back as it was shown stays what it is.',
  })
  @Answers(Success)
  update(
    @CurrentUser() user: SignedIn,
    @Id('agentId') id: string,
    @ValidBody(UpdateSettingsBody) body: UpdateSettingsBody,
    @CurrentFace() face: Face,
  ) {
    return this.settings.updateSettings(user, id, body, face);
  }

  @Get('agent/:agentId/webhooks')
  @Describe('Show where an agent’s events are posted', { action: 'read' })
  @Answers(HooksAnswer)
  hooks(@CurrentUser() user: SignedIn, @Id('agentId') id: string) {
    return this.settings.hooks(user, id);
  }

  @Put('agent/:agentId/webhooks')
  @Describe('Change where an agent’s events are posted', {
    action: 'configure',
    errors: ['URL_NOT_ALLOWED'],
    example: { onTransfer: 'https://example.com/hooks/transfer', onFinishInteraction: '' },
    details: 'Addresses that are left out stay; null and an empty text clear one.',
  })
  @Answers(Success)
  updateHooks(
    @CurrentUser() user: SignedIn,
    @Id('agentId') id: string,
    @ValidBody(UpdateHooksBody) body: UpdateHooksBody,
  ) {
    return this.settings.updateHooks(user, id, body);
  }
}
