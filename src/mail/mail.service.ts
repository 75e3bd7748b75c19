import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BeforeApplicationShutdown, Inject, Injectable } from '@nestjs/common';
import { createTransport, type Transporter } from 'nodemailer';
import type { Logger } from 'pino';
import { v7 as uuid7 } from 'uuid';
import { LOGGER } from '../common/logger.js';
import { CONFIG, type RuntimeConfig } from '../config.js';
import { formatEml, type Mail } from './format-eml.js';

/** Together shorter than the time a process is given to stop, so that a silent mail server cannot cost the rest. */
const TIMEOUTS = { connectionTimeout: 5_000, greetingTimeout: 5_000, socketTimeout: 10_000 };

/** A mail and whom it goes to. */
export interface LetterTo {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/**
 * The way out for mail: over SMTP, or without a mail server as one file each in the data folder's outbox. Nobody waits
 * for it: how long a mail takes would tell whether an address has an account. Mails are not kept as jobs, since a link
 * in a table is as good as the password; whoever gets none asks again.
 */
@Injectable()
export class MailService implements BeforeApplicationShutdown {
  private readonly smtp: Transporter | undefined;
  private readonly outbox: string;
  private readonly underWay = new Set<Promise<unknown>>();

  constructor(
    @Inject(CONFIG) private readonly config: RuntimeConfig,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    const { url } = config.mail;
    this.smtp = url === undefined ? undefined : createTransport({ url, ...TIMEOUTS, disableFileAccess: true });
    this.outbox = join(config.dataDir, 'outbox');
  }

  /** Begins to send a mail. A failure is logged, never thrown. */
  send(mail: LetterTo): void {
    this.sendLater(async () => mail);
  }

  /**
   * Begins to find out what to send, and sends it: an answer that leaves before does not tell, by the time it took,
   * whether there was anything to send.
   */
  sendLater(prepare: () => Promise<LetterTo | undefined>): void {
    const sending = prepare()
      .then((mail) => mail && this.deliver({ ...mail, from: this.config.mail.from }))
      .catch((error: unknown) => this.logFailure(error))
      .finally(() => this.underWay.delete(sending));
    this.underWay.add(sending);
  }

  async beforeApplicationShutdown(): Promise<void> {
    // A request that is still answered may begin one more.
    while (this.underWay.size > 0) await Promise.all(this.underWay);
    this.smtp?.close();
  }

  private async deliver(mail: Mail): Promise<void> {
    if (!this.smtp) return this.write(mail);
    // As an object the address is taken as it is; as a string it could name several.
    await this.smtp.sendMail({ ...mail, to: { name: '', address: mail.to } });
  }

  private async write(mail: Mail): Promise<void> {
    const sentAt = new Date();
    const file = join(this.outbox, `${sentAt.toISOString().replaceAll(':', '-')}-${uuid7()}.eml`);
    await mkdir(this.outbox, { recursive: true, mode: 0o700 });
    await writeFile(file, formatEml(mail, sentAt), { mode: 0o600, flag: 'wx' });
    await chmod(file, 0o600);
    this.logger.info({ file }, 'a mail was written to a file: no mail server is configured');
  }

  /** The server's own words may repeat the address and the text. */
  private logFailure(error: unknown): void {
    const { name, code, responseCode, command } = error as Record<string, unknown>;
    this.logger.error({ name, code, responseCode, command }, 'a mail could not be sent');
  }
}
