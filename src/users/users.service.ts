import { Injectable } from '@nestjs/common';
import { AppError } from '../common/app-error.js';
import type { Prisma } from '../prisma/generated/client.js';
import { PrismaService, type Tx } from '../prisma/prisma.service.js';
import { AuditService } from '../workspaces/audit.service.js';
import { acceptInvitation, isInvited } from '../workspaces/invitations.queries.js';
import { WorkspacesService } from '../workspaces/workspaces.service.js';
import { raiseTokensValidFrom } from './accounts.queries.js';
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
  /** SHA-256 of the token of an invitation for this address: they join its workspace and get none of their own. */
  readonly invitation?: Uint8Array<ArrayBuffer> | undefined;
}

/** Something that happened to an account; `details` never holds a secret. */
export interface AccountEvent {
  readonly action: string;
  readonly address?: string;
  readonly details?: Prisma.InputJsonObject;
}

/** Owns people: who has an account, and what happened to it. */
@Injectable()
export class UsersService {
  constructor(
    private readonly prisma: PrismaService,
    private readonly workspaces: WorkspacesService,
    private readonly audit: AuditService,
  ) {}

  /** The person with this e-mail (already trimmed and in lower case), or null. */
  findByEmail(email: string) {
    return this.prisma.user.findUnique({ where: { email } });
  }

  /** The person with this id, or null. */
  findById(id: string) {
    return this.prisma.user.findUnique({ where: { id } });
  }

  /** @throws REGISTRATION_CLOSED, INVALID_TOKEN, EMAIL_TAKEN: what `create` would say, for whoever wants to know before hashing. */
  async assertMayRegister({ email, onlyFirst, invitation }: Pick<NewPerson, 'email' | 'onlyFirst' | 'invitation'>) {
    if (invitation) {
      if (!(await isInvited(this.prisma, { tokenHash: invitation, email }))) throw notInvited();
    } else if (onlyFirst && (await this.prisma.user.count()) > 0) throw new AppError('REGISTRATION_CLOSED');
    if (await this.findByEmail(email)) throw new AppError('EMAIL_TAKEN');
  }

  /**
   * A person with a first workspace, or with the one they were invited to, or neither. With `onlyFirst`, only somebody
   * who is the first of this installation, or invited.
   * @throws REGISTRATION_CLOSED, INVALID_TOKEN, EMAIL_TAKEN
   */
  create(person: NewPerson, event?: AccountEvent) {
    return this.prisma.$transaction(async (tx) => {
      const user = await this.createIn(tx, person);
      if (event) await this.record(tx, user.id, event);
      return user;
    });
  }

  /** As `create`, in a transaction that is already open; it cannot go on after a throw. */
  async createIn(tx: Tx, { workspaceName, onlyFirst, invitation, ...data }: NewPerson) {
    if (onlyFirst && !invitation) {
      await lockRegistration(tx);
      if ((await tx.user.count()) > 0) throw new AppError('REGISTRATION_CLOSED');
    }
    const user = await tx.user.create({ data }).catch(refuseTaken);
    if (invitation) await this.join(tx, user, invitation);
    else await this.workspaces.create(tx, user.id, workspaceName);
    return user;
  }

  /** Keeps what happened to an account, in the transaction of the change. */
  async record(tx: Tx, userId: string, event: AccountEvent): Promise<void> {
    await tx.accountEvent.create({ data: { userId, ...event } });
  }

  /** Makes every access token of this person void. */
  async voidTokens(tx: Tx, userId: string): Promise<void> {
    await raiseTokensValidFrom(tx, userId);
  }

  /** Changes an account; answers it as it is now. @throws EMAIL_TAKEN */
  update(tx: Tx, id: string, data: Prisma.UserUpdateInput) {
    return tx.user.update({ where: { id }, data }).catch(refuseTaken);
  }

  private async join(tx: Tx, { id: userId, email }: { id: string; email: string }, tokenHash: Uint8Array<ArrayBuffer>) {
    const joined = await acceptInvitation(tx, { tokenHash, userId, email });
    if (!joined) throw notInvited();
    const { workspaceId, role } = joined;
    await this.audit.record(
      tx,
      { userId },
      { workspaceId, action: 'member.joined', subjectId: userId, details: { role } },
    );
  }
}

const notInvited = () =>
  new AppError('INVALID_TOKEN', 'This invitation is not open for this e-mail; ask for a new one');

/** The unique key decides between two who ask for the same address at once. */
function refuseTaken(error: unknown): never {
  throw (error as { code?: unknown }).code === 'P2002' ? new AppError('EMAIL_TAKEN') : error;
}
