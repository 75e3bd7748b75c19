import { z } from 'zod';
import { email, text } from '../common/fields.js';

/** Longer than any passphrase, and short enough that hashing costs the same for everybody. */
const Password = z.string().min(10).max(128).meta({ example: 'correct horse battery staple' });
const Email = email();
/** A password to compare may have any length: the answer is that it is wrong, not a lesson about our rules. */
const GivenPassword = z.string().max(128).meta({ example: 'correct horse battery staple' });
/** Whatever it is, it is either the token of a good link or it is not: there is one answer to all that are not. */
const MailedToken = z
  .unknown()
  .optional()
  .meta({ type: 'string', example: 'y1DdPN0cqVXEwtJr0L4BzQm8yJ3nS6uTkGfHvWaRbIo' });

export const RegisterBody = z.object({
  name: text(120, 1).meta({ example: 'Ana Souza' }),
  email: Email,
  password: Password,
  invitationToken: z.string().max(512).optional().meta({ example: 'y1DdPN0cqVXEwtJr0L4BzQm8yJ3nS6uTkGfHvWaRbIo' }),
});
export type RegisterBody = z.infer<typeof RegisterBody>;

export const LoginBody = z.object({ email: Email, password: GivenPassword });
export type LoginBody = z.infer<typeof LoginBody>;

/** Left out where the cookie brings it. */
export const RefreshBody = z.object({ refreshToken: z.string().max(512).optional() });
export type RefreshBody = z.infer<typeof RefreshBody>;

export const ChangePasswordBody = z.object({ currentPassword: GivenPassword.optional(), newPassword: Password });
export type ChangePasswordBody = z.infer<typeof ChangePasswordBody>;

export const EmailBody = z.object({ email: Email });
export type EmailBody = z.infer<typeof EmailBody>;

export const ResetPasswordBody = z.object({ token: MailedToken, password: Password });
export type ResetPasswordBody = z.infer<typeof ResetPasswordBody>;

export const VerifyEmailBody = z.object({ token: MailedToken });
export type VerifyEmailBody = z.infer<typeof VerifyEmailBody>;

export const ChangeEmailBody = z.object({ email: Email, password: GivenPassword });
export type ChangeEmailBody = z.infer<typeof ChangeEmailBody>;

/** What signing in answers; `expiresIn` is the access token's life in seconds. In a cookie session no refresh token. */
export const SessionAnswer = z.object({
  accessToken: z.string(),
  refreshToken: z.string().optional(),
  expiresIn: z.int(),
  user: z.object({ id: z.string(), name: z.string(), email: z.string() }),
});
export type SessionAnswer = z.infer<typeof SessionAnswer>;

export const ProvidersAnswer = z.object({ google: z.boolean(), facebook: z.boolean() });
