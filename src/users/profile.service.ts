import { Inject, Injectable } from '@nestjs/common';
import type { SignedIn } from '../common/auth.decorators.js';
import { CONFIG, type RuntimeConfig } from '../config.js';
import { PrismaService } from '../prisma/prisma.service.js';
import { AccessService } from '../workspaces/access.service.js';
import { toProfileView, type UpdateProfileBody } from './profile.dto.js';

/** What somebody sees and changes of their own account. */
@Injectable()
export class ProfileService {
  constructor(
    @Inject(CONFIG) private readonly config: RuntimeConfig,
    private readonly prisma: PrismaService,
    private readonly access: AccessService,
  ) {}

  async get(user: SignedIn) {
    const [memberships, row] = await Promise.all([
      this.access.memberships(user),
      this.prisma.user.findUniqueOrThrow({ where: { id: user.userId }, include: { identities: true } }),
    ]);
    return toProfileView(row, memberships, this.config.operatorEmails.includes(row.email));
  }

  /** Changes the given fields. */
  async update(user: SignedIn, { name, picture }: UpdateProfileBody) {
    await this.prisma.user.update({ where: { id: user.userId }, data: { name, picture } });
    return this.get(user);
  }
}
