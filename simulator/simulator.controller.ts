import { Controller, Get, Inject, Param, Post, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { AppError } from '../src/common/app-error.js';
import { CurrentUser, Public, type SignedIn } from '../src/common/auth.decorators.js';
import { Id, ValidBody, ValidQuery } from '../src/common/input.decorators.js';
import { PrismaService } from '../src/prisma/prisma.service.js';
import { AccessService } from '../src/workspaces/access.service.js';
import type { EvolutionGateway } from './evolution-gateway.js';
import type { Phone } from './phone.js';
import { PhonePageService } from './phone-page.service.js';

/** Injection token of the simulated gateway. */
export const GATEWAY = Symbol('GATEWAY');

const number = z
  .string()
  .trim()
  .regex(/^\d{10,15}$/, 'use 10 to 15 digits with the country code, such as 5581999990001');
const ScanBody = z.object({ number });
const SayBody = z.object({
  number,
  name: z.string().trim().max(80).default('Cliente'),
  lid: z.boolean().default(false),
  text: z.string().min(1).max(4_000),
});
const WatchQuery = z.object({ number });

/** The phone page and its calls: a signed-in member plays the customers of the numbers of their own workspaces. */
@ApiExcludeController()
@Controller('simulator')
export class SimulatorController {
  constructor(
    @Inject(GATEWAY) private readonly gateway: EvolutionGateway,
    private readonly page: PhonePageService,
    private readonly access: AccessService,
    private readonly prisma: PrismaService,
  ) {}

  @Public()
  @Get()
  shell(@Res() reply: FastifyReply) {
    return this.send('phone-page.html', reply);
  }

  @Public()
  @Get('assets/:file')
  asset(@Param('file') file: string, @Res() reply: FastifyReply) {
    return this.send(file, reply);
  }

  @Get('api/channels')
  async channels(@CurrentUser() user: SignedIn) {
    const memberships = await this.access.memberships(user);
    const rows = await this.prisma.channel.findMany({
      where: { workspaceId: { in: memberships.map((m) => m.workspaceId) }, type: 'WHATSAPP' },
      include: { agent: true },
      orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
    });
    const known = new Set(this.gateway.instances().map((i) => i.name));
    return rows
      .filter((row) => known.has(row.instanceName ?? ''))
      .map((row) => ({ id: row.id, name: row.name, agent: row.agent.name, state: row.state }));
  }

  @Post('api/channels/:channelId/scan')
  async scan(
    @CurrentUser() user: SignedIn,
    @Id('channelId') id: string,
    @ValidBody(ScanBody) body: z.infer<typeof ScanBody>,
  ) {
    void this.gateway.scan(await this.instance(user, id, 'configure'), { number: body.number, name: 'Loja' });
    return { scanned: true };
  }

  @Get('api/channels/:channelId/phone')
  async watch(
    @CurrentUser() user: SignedIn,
    @Id('channelId') id: string,
    @ValidQuery(WatchQuery) query: { number: string },
  ) {
    const name = await this.instance(user, id, 'read');
    const phone = this.gateway.phoneOf(name, query.number);
    return {
      state: this.gateway.instance(name)?.state ?? 'close',
      typing: phone?.typing ?? false,
      bubbles: phone ? bubbles(phone) : [],
    };
  }

  @Post('api/channels/:channelId/say')
  async say(
    @CurrentUser() user: SignedIn,
    @Id('channelId') id: string,
    @ValidBody(SayBody) body: z.infer<typeof SayBody>,
  ) {
    const name = await this.instance(user, id, 'chat');
    const lid = body.lid ? `2045${body.number.slice(-11)}` : undefined;
    const addressing = body.lid ? ('lid' as const) : ('pn' as const);
    const phone = this.gateway.phone(name, { number: body.number, name: body.name, lid, addressing });
    return { id: phone.say(body.text) };
  }

  /** The instance of a channel the member may act on. @throws NOT_FOUND, FORBIDDEN */
  private async instance(user: SignedIn, channelId: string, action: 'read' | 'chat' | 'configure'): Promise<string> {
    await this.access.channel(user, channelId, action);
    const name = `tawkee-${channelId}`;
    if (!this.gateway.instance(name)) throw new AppError('NOT_FOUND');
    return name;
  }

  private async send(name: string, reply: FastifyReply): Promise<void> {
    const { type, body } = await this.page.file(name);
    await reply.header('content-type', type).header('cache-control', 'no-cache').send(body);
  }
}

const TICKS = { SENT: 'sent', DELIVERY_ACK: 'delivered', READ: 'read' } as const;

/** Both sides of a phone's conversation, oldest first. */
function bubbles(phone: Phone) {
  return phone.transcript.map(({ id, text, at, by, status }) => ({
    id,
    text,
    at,
    mine: by === 'customer',
    tick: TICKS[status],
  }));
}
