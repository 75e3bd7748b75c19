import { Inject, Injectable } from '@nestjs/common';
import { AppError } from '../common/app-error.js';
import type { SignedIn } from '../common/auth.decorators.js';
import { SUCCESS } from '../common/fields.js';
import { type Language, readLanguage } from '../common/language.js';
import { CONFIG, type RuntimeConfig } from '../config.js';
import { type LetterTo, MailService } from '../mail/mail.service.js';
import { changeEmailMail, noticeMail, resetMail, verifyMail } from '../mail/write-mail.js';
import type { User } from '../prisma/generated/client.js';
import { PrismaService } from '../prisma/prisma.service.js';
import { UsersService } from '../users/users.service.js';
import { AttemptLimitsService } from './attempt-limits.service.js';
import type { ChangeEmailBody, ChangePasswordBody, ResetPasswordBody } from './auth.dto.js';
import type { Caller } from './caller.js';
import { invalidToken, MailedTokensService, type MailPurpose } from './mailed-tokens.service.js';
import { PasswordsService } from './passwords.service.js';
import { SessionsService } from './sessions.service.js';

/** What proves who somebody is: their password, and that their e-mail address is theirs. */
@Injectable()
export class CredentialsService {
  constructor(
    @Inject(CONFIG) private readonly config: RuntimeConfig,
    private readonly prisma: PrismaService,
    private readonly users: UsersService,
    private readonly passwords: PasswordsService,
    private readonly sessions: SessionsService,
    private readonly tokens: MailedTokensService,
    private readonly limits: AttemptLimitsService,
    private readonly mail: MailService,
  ) {}

  /** Ends every session of the caller, this one too. */
  async endSessions({ userId }: SignedIn, caller: Caller) {
    await this.prisma.$transaction(async (tx) => {
      await this.sessions.endAll(tx, userId);
      await this.users.record(tx, userId, { action: 'sessions.ended', address: caller.address });
    });
    return SUCCESS;
  }

  /**
   * Sets another password, or the first one of an account that has none. Every session ends; the answer begins a new one.
   * @throws VALIDATION_FAILED for a wrong current password, TOO_MANY_REQUESTS
   */
  async changePassword({ userId }: SignedIn, { currentPassword, newPassword }: ChangePasswordBody, caller: Caller) {
    const user = await this.getAccount(userId);
    if (user.passwordHash !== null) await this.prove(user, 'currentPassword', currentPassword ?? '', caller);
    const passwordHash = await this.passwords.hash(newPassword);
    const session = await this.prisma.$transaction(async (tx) => {
      await this.sessions.endAll(tx, userId);
      await this.tokens.voidAll(tx, userId, ['RESET_PASSWORD', 'CHANGE_EMAIL']);
      const changed = await this.users.update(tx, userId, { passwordHash });
      await this.users.record(tx, userId, { action: 'password.changed', address: caller.address });
      return this.sessions.beginIn(tx, changed);
    });
    this.mail.send({ to: user.email, ...noticeMail(languageOf(caller), 'passwordChanged') });
    return session;
  }

  /** Sends a link to set a new password, if there is such an account. The answer does not tell. @throws TOO_MANY_REQUESTS */
  async forgotPassword(email: string, caller: Caller) {
    await this.limits.mail(caller.address, email);
    this.mail.sendLater(async () => {
      const user = await this.users.findByEmail(email);
      if (!user) return undefined;
      const token = await this.prisma.$transaction(async (tx) => {
        await this.users.record(tx, user.id, { action: 'password.reset-asked', address: caller.address });
        return this.tokens.issue(tx, user.id, 'RESET_PASSWORD', user.email);
      });
      return { to: user.email, ...resetMail(languageOf(caller), this.link('reset', token)) };
    });
    return SUCCESS;
  }

  /**
   * Sets a new password with a mailed token. Every session ends, and so does a block of the account. The token proves
   * the address: where it was not proven before, whoever else prepared the account (by a provider's word) is let go.
   * @throws INVALID_TOKEN
   */
  async resetPassword({ token, password }: ResetPasswordBody, caller: Caller) {
    if (!(await this.tokens.isGood(this.prisma, token, ['RESET_PASSWORD']))) throw invalidToken();
    const passwordHash = await this.passwords.hash(password);
    const user = await this.prisma.$transaction(async (tx) => {
      const { userId, email } = await this.tokens.use(tx, token, ['RESET_PASSWORD']);
      await this.sessions.endAll(tx, userId);
      const before = await tx.user.findUniqueOrThrow({ where: { id: userId } });
      if (before.email !== email) throw invalidToken();
      if (!before.emailVerifiedAt) {
        await tx.oAuthIdentity.deleteMany({ where: { userId } });
        await tx.oAuthAttempt.deleteMany({ where: { userId } });
      }
      await this.tokens.voidAll(tx, userId, ['RESET_PASSWORD', 'CHANGE_EMAIL']);
      await this.users.record(tx, userId, { action: 'password.reset', address: caller.address });
      const emailVerifiedAt = before.emailVerifiedAt ?? new Date();
      return this.users.update(tx, userId, { passwordHash, emailVerifiedAt });
    });
    await this.limits.forgive(user.email);
    this.mail.send({ to: user.email, ...noticeMail(languageOf(caller), 'passwordChanged') });
    return SUCCESS;
  }

  /** Sends another link to prove an address, if an account waits for it. The answer does not tell. @throws TOO_MANY_REQUESTS */
  async resendVerification(email: string, caller: Caller) {
    await this.limits.mail(caller.address, email);
    this.askToVerify(email, caller);
    return SUCCESS;
  }

  /** Begins to send a link to prove an address; nothing happens where nobody waits for it. */
  askToVerify(email: string, caller: Caller): void {
    this.mail.sendLater(async () => {
      const user = await this.users.findByEmail(email);
      if (!user || user.emailVerifiedAt) return undefined;
      const token = await this.tokens.issue(this.prisma, user.id, 'VERIFY_EMAIL', user.email);
      return { to: user.email, ...verifyMail(languageOf(caller), this.link('verify', token)) };
    });
  }

  /** Takes an address as proven, or as the account's new one. @throws INVALID_TOKEN, EMAIL_TAKEN */
  async verifyEmail(token: unknown, caller: Caller) {
    const left = await this.prisma.$transaction(async (tx) => {
      const { userId, purpose, email } = await this.tokens.use(tx, token, ['VERIFY_EMAIL', 'CHANGE_EMAIL']);
      const before = await tx.user.findUniqueOrThrow({ where: { id: userId } });
      const isNew = purpose === 'CHANGE_EMAIL';
      if (!isNew && before.email !== email) throw invalidToken();
      if (isNew) await this.tokens.voidAll(tx, userId, ALL_PURPOSES);
      await this.users.update(tx, userId, { email, emailVerifiedAt: new Date() });
      const action = isNew ? 'email.changed' : 'email.verified';
      await this.users.record(tx, userId, { action, address: caller.address });
      return isNew ? before.email : undefined;
    });
    if (left) this.mail.send({ to: left, ...noticeMail(languageOf(caller), 'emailChanged') });
    return SUCCESS;
  }

  /**
   * Sends a link to a new address; nothing changes before it is opened. The old address is told. The answer does not
   * tell whether the new one has an account; its owner is told.
   * @throws VALIDATION_FAILED for a wrong password, TOO_MANY_REQUESTS
   */
  async changeEmail({ userId }: SignedIn, { email, password }: ChangeEmailBody, caller: Caller) {
    const user = await this.getAccount(userId);
    if (user.passwordHash === null) throw refusePassword('password', 'Set a password first: this account has none');
    await this.prove(user, 'password', password, caller);
    await this.limits.mail(caller.address, email);
    const language = languageOf(caller);
    await this.users.record(this.prisma, userId, { action: 'email.change-asked', address: caller.address });
    this.mail.sendLater(() => this.changeEmailLetter(user, email, language));
    this.mail.send({ to: user.email, ...noticeMail(language, 'emailChangeAsked') });
    return SUCCESS;
  }

  private async changeEmailLetter(user: User, email: string, language: Language): Promise<LetterTo> {
    if (await this.users.findByEmail(email)) return { to: email, ...noticeMail(language, 'alreadyRegistered') };
    const token = await this.tokens.issue(this.prisma, user.id, 'CHANGE_EMAIL', email);
    return { to: email, ...changeEmailMail(language, this.link('verify', token)) };
  }

  /** Guesses at the password of a stolen session count as failed sign-ins. */
  private async prove(user: User, path: string, password: string, caller: Caller): Promise<void> {
    await this.limits.login(caller.address, user.email, async () => {
      if (!(await this.passwords.isRight(user.passwordHash, password)))
        throw refusePassword(path, 'is not the password of this account');
    });
  }

  private async getAccount(userId: string): Promise<User> {
    const user = await this.users.findById(userId);
    if (!user) throw new AppError('UNAUTHORIZED');
    return user;
  }

  private link(page: 'reset' | 'verify', token: string): string {
    // After the #: a browser sends that part to no server, so the token gets into no log.
    return `${this.config.publicUrl}/console/${page}#token=${token}`;
  }
}

const ALL_PURPOSES: readonly MailPurpose[] = ['RESET_PASSWORD', 'VERIFY_EMAIL', 'CHANGE_EMAIL'];

const languageOf = ({ acceptLanguage }: Caller) => readLanguage(acceptLanguage);

/** Not 401: the session is good, and a client must not end it. */
const refusePassword = (path: string, message: string) =>
  new AppError('VALIDATION_FAILED', undefined, { errors: [{ path, message }] });
