import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type RuntimeConfig } from '../config.js';
import {
  buildKeyring,
  IV_BYTES,
  isSealedWithCurrent,
  type Keyring,
  openSecret,
  type SecretPlace,
  sealSecret,
} from './seal-secret.js';

/** Encrypts what tenants entrust to us, with this installation's keys. What is sealed here is safe in a database dump. */
@Injectable()
export class SecretBox {
  private readonly keyring: Keyring;

  /** @throws Error when the configured keys cannot be told apart */
  constructor(@Inject(CONFIG) config: Pick<RuntimeConfig, 'secretsKey' | 'previousSecretsKeys'>) {
    this.keyring = buildKeyring(config.secretsKey, config.previousSecretsKeys);
  }

  seal(place: SecretPlace, plain: string): string {
    return sealSecret(this.keyring, randomBytes(IV_BYTES), place, plain);
  }

  /** @throws UnreadableSecretError */
  open(place: SecretPlace, sealed: string): string {
    return openSecret(this.keyring, place, sealed);
  }

  /** Whether a rotation has nothing to do here. */
  isCurrent(sealed: string): boolean {
    return isSealedWithCurrent(this.keyring, sealed);
  }
}
