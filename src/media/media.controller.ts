import { Controller, Get, Param, Res } from '@nestjs/common';
import { ApiExcludeController, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Answers } from '../common/answer.decorators.js';
import { CurrentUser, Public, type SignedIn } from '../common/auth.decorators.js';
import { Describe } from '../common/describe.decorators.js';
import { Id } from '../common/input.decorators.js';
import { MediaLinksService } from './media-links.service.js';

const MediaLink = z.object({ url: z.string(), expiresAt: z.int() });

@ApiTags('messages')
@Controller()
export class MediaController {
  constructor(private readonly links: MediaLinksService) {}

  @Get('message/:messageId/media')
  @Describe('Get a link to the file of a message', {
    action: 'read',
    details: 'The link works for ten minutes, without signing in.',
  })
  @Answers(MediaLink)
  link(@CurrentUser() user: SignedIn, @Id('messageId') id: string) {
    return this.links.link(user, id);
  }
}

/** Where links lead: an image in a page carries no token of its own, so the signature in the address is what admits. */
@ApiExcludeController()
@Public()
@Controller('media')
export class MediaLinksController {
  constructor(private readonly links: MediaLinksService) {}

  @Get(':token')
  async open(@Param('token') token: string, @Res() reply: FastifyReply): Promise<void> {
    const { mimetype, disposition, body } = await this.links.open(token);
    // Customers sent it: whatever it is, nothing in it runs here, and no proxy keeps it.
    await reply
      .headers({
        'content-type': mimetype,
        'content-disposition': disposition,
        'x-content-type-options': 'nosniff',
        'content-security-policy': "sandbox; default-src 'none'",
        'cross-origin-resource-policy': 'cross-origin',
        'cache-control': 'private, max-age=600',
      })
      .send(body);
  }
}
