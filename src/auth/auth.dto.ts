import { z } from 'zod';
import { email, text } from '../common/fields.js';

/** Longer than any passphrase, and short enough that hashing costs the same for everybody. */
const Password = z.string().min(10).max(128);
const Email = email();

export const RegisterBody = z.object({ name: text(120, 1), email: Email, password: Password });
export type RegisterBody = z.infer<typeof RegisterBody>;

/** A wrong password may have any length: the answer is 401, not a lesson about our rules. */
export const LoginBody = z.object({ email: Email, password: z.string().max(128) });
export type LoginBody = z.infer<typeof LoginBody>;

export const RefreshBody = z.object({ refreshToken: z.string().max(512) });
export type RefreshBody = z.infer<typeof RefreshBody>;

/** What signing in answers; `expiresIn` is the access token's life in seconds. */
export const SessionAnswer = z.object({
  accessToken: z.string(),
  refreshToken: z.string(),
  expiresIn: z.int(),
  user: z.object({ id: z.string(), name: z.string(), email: z.string() }),
});
export type SessionAnswer = z.infer<typeof SessionAnswer>;
