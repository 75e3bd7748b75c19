import { Injectable } from '@nestjs/common';
import { AppError } from '../common/app-error.js';
import { PrismaService, type Tx } from '../prisma/prisma.service.js';
import { WorkspacesService } from '../workspaces/workspaces.service.js';
import { lockRegistration } from './registration.queries.js';

/** What is known of a person when the account begins. */
export interface NewPerson {
  readonly name: string;
  readonly email: string;
  /** Null: they sign in through a provider. */
  readonly passwordHash: string | null;
  readonly picture?: string | undefined;
  /** Set when the address is proven already. */
  readonly emailVerifiedAt?: Date | undefined;
  readonly workspaceName: string;
  readonly onlyFirst: boolean;
}

/** Owns people: who has an account. */
@Injectable()
export class UsersService {
  constructor(
    private readonly prisma: PrismaService,
    private readonly workspaces: WorkspacesService,
  ) {}

  /** The person with this e-mail (already trimmed and in lower case), or null. */
  findByEmail(email: string) {
    return this.prisma.user.findUnique({ where: { email } });
  }

  /** The person with this id, or null. */
  findById(id: string) {
    return this.prisma.user.findUnique({ where: { id } });
  }

  /** @throws REGISTRATION_CLOSED, EMAIL_TAKEN: what `create` would say, for whoever wants to know before hashing. */
  async assertMayRegister(email: string, onlyFirst: boolean): Promise<void> {
    if (onlyFirst && (await this.prisma.user.count()) > 0) throw new AppError('REGISTRATION_CLOSED');
    if (await this.findByEmail(email)) throw new AppError('EMAIL_TAKEN');
  }

  /**
   * A person with a first workspace, or neither. With `onlyFirst`, only somebody who is the first of this installation.
   * @throws REGISTRATION_CLOSED, EMAIL_TAKEN
   */
  create(person: NewPerson) {
    return this.prisma.$transaction((tx) => this.createIn(tx, person));
  }

  /** As `create`, in a transaction that is already open; it cannot go on after a throw. */
  async createIn(tx: Tx, { workspaceName, onlyFirst, ...data }: NewPerson) {
    if (onlyFirst) {
      await lockRegistration(tx);
      if ((await tx.user.count()) > 0) throw new AppError('REGISTRATION_CLOSED');
    }
    const user = await tx.user.create({ data }).catch((error: unknown) => {
      // The unique key decides between two who ask for the same address at once.
      throw (error as { code?: unknown }).code === 'P2002' ? new AppError('EMAIL_TAKEN') : error;
    });
    await this.workspaces.create(tx, user.id, workspaceName);
    return user;
  }
}
