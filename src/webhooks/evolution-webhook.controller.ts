import { Body, Controller, HttpCode, Post, Req } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { AppError } from '../common/app-error.js';
import { Public } from '../common/auth.decorators.js';
import type { KnockingChannel } from './evolution-door.service.js';
import { InboundService } from './inbound.service.js';

/** A request the door has let in (see `guardWebhooks`). */
export interface AdmittedRequest extends FastifyRequest {
  channel?: KnockingChannel;
}

/** The gateway's door. Its secret was checked before the body was read. */
@ApiExcludeController()
@Public()
@Controller('webhooks/evolution/:workspaceId/:channelId')
export class EvolutionWebhookController {
  constructor(private readonly inbound: InboundService) {}

  @Post(['', ':event'])
  @HttpCode(200)
  async receive(@Req() request: AdmittedRequest, @Body() body: unknown): Promise<{ status: 'ok' }> {
    if (!request.channel) throw new AppError('UNAUTHORIZED');
    await this.inbound.accept(request.channel, body);
    return { status: 'ok' };
  }
}
