import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Algorithm, hash, type Options, verify } from '@node-rs/argon2';

/** OWASP's first recommendation for argon2id: 19 MiB, two passes, one lane (Password Storage Cheat Sheet). */
const ARGON2ID: Options = {
  algorithm: 2 satisfies Algorithm.Argon2id,
  memoryCost: 19_456,
  timeCost: 2,
  parallelism: 1,
};

/** Passwords, hashed with argon2id. */
@Injectable()
export class PasswordsService {
  private dummy: Promise<string> | undefined;

  /** The hash to store, with its salt and parameters in it. */
  hash(password: string): Promise<string> {
    return hash(password, ARGON2ID);
  }

  /**
   * Whether the password is the one behind the hash. Without a hash (nobody has this e-mail, or no password) the same work is done for
   * nothing, so that the time of the answer does not tell who has an account.
   */
  async isRight(stored: string | null | undefined, password: string): Promise<boolean> {
    if (stored) return verify(stored, password);
    this.dummy ??= this.hash(randomBytes(32).toString('base64url'));
    await verify(await this.dummy, password);
    return false;
  }
}
