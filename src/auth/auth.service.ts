import { Inject, Injectable } from '@nestjs/common';
import { AppError } from '../common/app-error.js';
import { hashSecret } from '../common/hash-secret.js';
import { readLanguage } from '../common/language.js';
import { CONFIG, type RuntimeConfig } from '../config.js';
import { MailService } from '../mail/mail.service.js';
import { noticeMail } from '../mail/write-mail.js';
import { UsersService } from '../users/users.service.js';
import { AttemptLimitsService } from './attempt-limits.service.js';
import type { LoginBody, RegisterBody } from './auth.dto.js';
import type { Caller } from './caller.js';
import { CredentialsService } from './credentials.service.js';
import { nameWorkspace } from './name-workspace.js';
import { PasswordsService } from './passwords.service.js';
import { SessionsService } from './sessions.service.js';

/** Signing up and in with a password. */
@Injectable()
export class AuthService {
  constructor(
    @Inject(CONFIG) private readonly config: RuntimeConfig,
    private readonly users: UsersService,
    private readonly passwords: PasswordsService,
    private readonly sessions: SessionsService,
    private readonly credentials: CredentialsService,
    private readonly limits: AttemptLimitsService,
    private readonly mail: MailService,
  ) {}

  /**
   * A new person with a first workspace, signed in. Who comes by invitation has proven their address with it, and joins
   * the inviter's workspace instead.
   * @throws REGISTRATION_CLOSED, INVALID_TOKEN, EMAIL_TAKEN, TOO_MANY_REQUESTS
   */
  async register({ name, email, password, invitationToken }: RegisterBody, caller: Caller) {
    await this.limits.registration(caller.address);
    const invitation = invitationToken === undefined ? undefined : hashSecret(invitationToken);
    const onlyFirst = this.config.registration === 'invite';
    await this.users
      .assertMayRegister({ email, onlyFirst, invitation })
      .catch((error: unknown) => this.noteAttempt(error, email, caller));
    const passwordHash = await this.passwords.hash(password);
    const workspaceName = nameWorkspace(name, caller.acceptLanguage);
    const emailVerifiedAt = invitation && new Date();
    const user = await this.users.create(
      { name, email, passwordHash, emailVerifiedAt, workspaceName, onlyFirst, invitation },
      { action: 'account.registered', address: caller.address },
    );
    this.credentials.askToVerify(email, caller);
    return this.sessions.begin(user);
  }

  /** A session for the right e-mail and password. @throws INVALID_CREDENTIALS, TOO_MANY_REQUESTS */
  login({ email, password }: LoginBody, caller: Caller) {
    return this.limits.login(caller.address, email, async () => {
      const user = await this.users.findByEmail(email);
      const isRight = await this.passwords.isRight(user?.passwordHash, password);
      if (!user || !isRight) throw new AppError('INVALID_CREDENTIALS');
      return this.sessions.begin(user, { action: 'password.signed-in', address: caller.address });
    });
  }

  /** Which providers people can sign in through here. */
  providers() {
    return { google: this.config.google !== undefined, facebook: this.config.facebook !== undefined };
  }

  /** The owner of an address hears that somebody wanted it. */
  private noteAttempt(error: unknown, email: string, caller: Caller): never {
    if (error instanceof AppError && error.code === 'EMAIL_TAKEN')
      this.mail.sendLater(async () => {
        if (!(await this.limits.mayNotify(email))) return undefined;
        return { to: email, ...noticeMail(readLanguage(caller.acceptLanguage), 'alreadyRegistered') };
      });
    throw error;
  }
}
