import { Controller, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Answers } from '../common/answer.decorators.js';
import { CurrentPerson, type SignedIn } from '../common/auth.decorators.js';
import { Describe } from '../common/describe.decorators.js';
import { Id } from '../common/input.decorators.js';
import { HookSecretsService } from './hook-secrets.service.js';

const HookSecretAnswer = z.object({ secret: z.string() });

@ApiTags('workspaces')
@Controller('workspace/:workspaceId/hook-secret')
export class HookSecretsController {
  constructor(private readonly secrets: HookSecretsService) {}

  @Post('rotate')
  @Describe('Make a new secret for the signatures of hooks', {
    action: 'administer',
    details:
      'The secret is in this answer and nowhere else. The one before signs beside it for a day. For persons; an API key gets 403.',
  })
  @Answers(HookSecretAnswer)
  rotate(@CurrentPerson() user: SignedIn, @Id('workspaceId') id: string) {
    return this.secrets.rotate(user, id);
  }
}
