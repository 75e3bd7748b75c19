import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { AppError } from '../common/app-error.js';
import type { SignedIn } from '../common/auth.decorators.js';
import { SUCCESS } from '../common/fields.js';
import { hashSecret } from '../common/hash-secret.js';
import { readLanguage } from '../common/language.js';
import { type PageQuery, toNameFilter, toSlice } from '../common/pagination.js';
import { CONFIG, type RuntimeConfig } from '../config.js';
import { type Limit, LimitsService } from '../limits/limits.service.js';
import { MailService } from '../mail/mail.service.js';
import { invitationMail } from '../mail/write-mail.js';
import { PrismaService } from '../prisma/prisma.service.js';
import { AccessService } from './access.service.js';
import { AuditService } from './audit.service.js';
import {
  type CreateInvitationBody,
  type InvitationTokenBody,
  SHOWN_OF_INVITATION,
  toInvitationView,
} from './invitations.dto.js';
import { acceptInvitation, findInvitation, proveAddress } from './invitations.queries.js';
import { lockTeam } from './members.queries.js';

const GOOD_FOR_MS = 7 * 24 * 3_600_000;
/** Mails one person may have sent to addresses of their choice: enough for a team, too few for a campaign. */
const MAILS: Limit = { name: 'invitation-mail', points: 100, seconds: 86_400 };

/** Owns invitations: each is for one address, good once, for seven days. Only the mail holds its token. */
@Injectable()
export class InvitationsService {
  constructor(
    private readonly access: AccessService,
    private readonly prisma: PrismaService,
    private readonly audit: AuditService,
    private readonly mail: MailService,
    private readonly limits: LimitsService,
    @Inject(CONFIG) private readonly config: RuntimeConfig,
  ) {}

  /** One page of the invitations nobody has accepted, expired ones too, the newest first; `query` is in the address. */
  async list(user: SignedIn, workspaceId: string, query: PageQuery) {
    await this.access.workspace(user, workspaceId, 'administer');
    const where = { workspaceId, acceptedAt: null, ...(query.query && { email: toNameFilter(query.query) }) };
    const orderBy = [{ createdAt: 'desc' as const }, { id: 'desc' as const }];
    const [rows, total] = await Promise.all([
      this.prisma.invitation.findMany({ where, select: SHOWN_OF_INVITATION, orderBy, ...toSlice(query) }),
      this.prisma.invitation.count({ where }),
    ]);
    return { items: rows.map(toInvitationView), total, page: query.page, pageSize: query.pageSize };
  }

  /**
   * Invites an address, whether it has an account or not: the answer does not tell. Who is invited already gets a new
   * mail, and the old one is void. Nobody is invited as an owner, so whoever administers may give any of the roles.
   * @throws ALREADY_MEMBER, which tells no more than the list of members; TOO_MANY_REQUESTS
   */
  async create(user: SignedIn, workspaceId: string, { email, role }: CreateInvitationBody, acceptLanguage?: string) {
    await this.access.workspace(user, workspaceId, 'administer');
    await this.limits.take(MAILS, user.userId);
    const { token, tokenHash, expiresAt } = makeToken();
    const data = { role, tokenHash, expiresAt, invitedById: user.userId };
    const invitation = await this.prisma.$transaction(async (tx) => {
      // Under the lock: two who invite one address at once make one invitation, not an error.
      await lockTeam(tx, user, workspaceId, 'administer');
      const isMember = await tx.membership.findFirst({ where: { workspaceId, user: { email } } });
      if (isMember) throw new AppError('ALREADY_MEMBER');
      const open = await tx.invitation.findFirst({ where: { workspaceId, email, acceptedAt: null } });
      const row = open
        ? await tx.invitation.update({ where: keyOf(workspaceId, open.id), data, select: SHOWN_OF_INVITATION })
        : await tx.invitation.create({ data: { ...data, workspaceId, email }, select: SHOWN_OF_INVITATION });
      const details = { email, role };
      await this.audit.record(tx, user, { workspaceId, action: 'invitation.created', subjectId: row.id, details });
      return row;
    });
    await this.send(user, workspaceId, { email, token, acceptLanguage });
    return toInvitationView(invitation);
  }

  /** Sends a new mail, good for seven days again; the one before is void. @throws NOT_FOUND once it was accepted, TOO_MANY_REQUESTS */
  async resend(user: SignedIn, workspaceId: string, id: string, acceptLanguage?: string) {
    await this.access.workspace(user, workspaceId, 'administer');
    await this.limits.take(MAILS, user.userId);
    const { token, tokenHash, expiresAt } = makeToken();
    const invitation = await this.prisma.$transaction(async (tx) => {
      const [row] = await tx.invitation.updateManyAndReturn({
        where: { workspaceId, id, acceptedAt: null },
        data: { tokenHash, expiresAt },
        select: SHOWN_OF_INVITATION,
      });
      if (!row) throw new AppError('NOT_FOUND');
      await this.audit.record(tx, user, { workspaceId, action: 'invitation.resent', subjectId: id });
      return row;
    });
    await this.send(user, workspaceId, { email: invitation.email, token, acceptLanguage });
    return toInvitationView(invitation);
  }

  /** Takes an invitation back; its mail is void. @throws NOT_FOUND once it was accepted */
  async revoke(user: SignedIn, workspaceId: string, id: string) {
    await this.access.workspace(user, workspaceId, 'administer');
    await this.prisma.$transaction(async (tx) => {
      const { count } = await tx.invitation.deleteMany({ where: { workspaceId, id, acceptedAt: null } });
      if (count === 0) throw new AppError('NOT_FOUND');
      await this.audit.record(tx, user, { workspaceId, action: 'invitation.revoked', subjectId: id });
    });
    return SUCCESS;
  }

  /** What a token invites to, for whoever holds it. @throws INVALID_TOKEN */
  async preview({ token }: InvitationTokenBody) {
    const invitation = await findInvitation(this.prisma, hashSecret(token));
    if (!invitation) throw invalidToken();
    return invitation;
  }

  /**
   * Makes the caller a member, if the invitation is for their address, which is proven by that. Who is a member already
   * keeps their role. @throws INVALID_TOKEN, the same for an unknown, used, expired, revoked and somebody else's one
   */
  async accept(user: SignedIn, { token }: InvitationTokenBody) {
    const { userId } = user;
    return this.prisma.$transaction(async (tx) => {
      const { email } = await tx.user.findUniqueOrThrow({ where: { id: userId } });
      const joined = await acceptInvitation(tx, { tokenHash: hashSecret(token), userId, email });
      if (!joined) throw invalidToken();
      await proveAddress(tx, { userId, email });
      const { workspaceId, role } = joined;
      const details = { role };
      await this.audit.record(tx, user, { workspaceId, action: 'member.joined', subjectId: userId, details });
      return joined;
    });
  }

  /** In the language of whoever invites: what the invited one speaks is known only if they have an account. */
  private async send(
    user: SignedIn,
    workspaceId: string,
    { email, token, acceptLanguage }: { email: string; token: string; acceptLanguage: string | undefined },
  ): Promise<void> {
    const [workspace, inviter] = await Promise.all([
      this.prisma.workspace.findUniqueOrThrow({ where: { id: workspaceId } }),
      this.prisma.user.findUniqueOrThrow({ where: { id: user.userId } }),
    ]);
    // After the #: a browser sends that part to no server, so the token gets into no log.
    const link = `${this.config.publicUrl}/console/invite#token=${token}`;
    const language = readLanguage(acceptLanguage);
    const mail = invitationMail({ language, workspaceName: workspace.name, inviterName: inviter.name, link });
    this.mail.send({ to: email, ...mail });
  }
}

const keyOf = (workspaceId: string, id: string) => ({ workspaceId_id: { workspaceId, id } });

function makeToken() {
  const token = randomBytes(32).toString('base64url');
  return { token, tokenHash: hashSecret(token), expiresAt: new Date(Date.now() + GOOD_FOR_MS) };
}

const invalidToken = () =>
  new AppError(
    'INVALID_TOKEN',
    'This invitation is not valid any more, or it is for another address; ask for a new one',
  );
