import { Controller, Get, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Answers } from '../common/answer.decorators.js';
import { CurrentPerson, type SignedIn } from '../common/auth.decorators.js';
import { Describe } from '../common/describe.decorators.js';
import { ValidBody } from '../common/input.decorators.js';
import { ProfileAnswer, UpdateProfileBody } from './profile.dto.js';
import { ProfileService } from './profile.service.js';

@ApiTags('auth')
@Controller('auth/profile')
export class ProfileController {
  constructor(private readonly profile: ProfileService) {}

  @Get()
  @Describe('See who is signed in, and what they may do where', { action: 'person' })
  @Answers(ProfileAnswer)
  get(@CurrentPerson() user: SignedIn) {
    return this.profile.get(user);
  }

  @Put()
  @Describe('Change name and picture', {
    action: 'person',
    details: 'Everything else a profile shows is taken and left alone; the e-mail address has a route of its own.',
    example: { name: 'Ana Souza', picture: 'https://example.com/ana.jpg' },
  })
  @Answers(ProfileAnswer)
  update(@CurrentPerson() user: SignedIn, @ValidBody(UpdateProfileBody) body: UpdateProfileBody) {
    return this.profile.update(user, body);
  }
}
