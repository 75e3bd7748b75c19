import { Controller, Delete, Get, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Answers, AnswersPage } from '../common/answer.decorators.js';
import { CurrentPerson, CurrentUser, type SignedIn } from '../common/auth.decorators.js';
import { Describe } from '../common/describe.decorators.js';
import { Success } from '../common/fields.js';
import { Id, ValidBody, ValidQuery } from '../common/input.decorators.js';
import { PageQuery } from '../common/pagination.js';
import { ApiKeyAnswer, CreateApiKeyBody, NewApiKeyAnswer } from './api-keys.dto.js';
import { ApiKeysService } from './api-keys.service.js';

@ApiTags('api-keys')
@Controller('workspaces/:workspaceId/api-keys')
export class ApiKeysController {
  constructor(private readonly apiKeys: ApiKeysService) {}

  @Get()
  @Describe('List the API keys of a workspace', {
    action: 'administer',
    details: 'The newest first, revoked ones too.',
  })
  @AnswersPage(ApiKeyAnswer)
  list(@CurrentUser() user: SignedIn, @Id('workspaceId') id: string, @ValidQuery(PageQuery) query: PageQuery) {
    return this.apiKeys.list(user, id, query);
  }

  @Post()
  @Describe('Make an API key', {
    action: 'administer',
    details: 'The key is in this answer and nowhere else. For persons; an API key gets 403.',
  })
  @Answers(NewApiKeyAnswer, { created: true })
  create(
    @CurrentPerson() user: SignedIn,
    @Id('workspaceId') id: string,
    @ValidBody(CreateApiKeyBody) body: CreateApiKeyBody,
  ) {
    return this.apiKeys.create(user, id, body);
  }

  @Delete(':apiKeyId')
  @Describe('Revoke an API key', { action: 'administer', details: 'At once. For persons; an API key gets 403.' })
  @Answers(Success)
  revoke(@CurrentPerson() user: SignedIn, @Id('workspaceId') id: string, @Id('apiKeyId') apiKeyId: string) {
    return this.apiKeys.revoke(user, id, apiKeyId);
  }
}
