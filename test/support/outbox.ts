import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestApp } from './test-app.js';

/** A mail that was written to the outbox. */
export interface OutboxMail {
  readonly file: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** Every mail so far, oldest first. */
export function readOutbox(app: TestApp): OutboxMail[] {
  const folder = join(app.config.dataDir, 'outbox');
  return listFiles(folder).map((name) => {
    const file = join(folder, name);
    const eml = readFileSync(file, 'utf8');
    const end = eml.indexOf('\n\n');
    const header = (key: string) => new RegExp(`^${key}: (.*)$`, 'm').exec(eml.slice(0, end))?.[1] ?? '';
    return { file, to: header('To'), subject: header('Subject'), text: eml.slice(end + 2) };
  });
}

/** Resolves with the mails to this address once there are `count`; fails after 20 s. */
export async function mailsTo(app: TestApp, address: string, count = 1): Promise<OutboxMail[]> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    // A file that is being written is there before its text is.
    const mails = readOutbox(app).filter((mail) => mail.to === address && mail.text !== '');
    if (mails.length >= count) return mails;
    if (Date.now() > deadline) throw new Error(`${mails.length} of ${count} mails came to ${address}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** The token in the link of a mail. */
export function tokenIn(mail: OutboxMail): string {
  const token = /#token=([\w-]+)/.exec(mail.text)?.[1];
  if (!token) throw new Error(`no token in: ${mail.text}`);
  return token;
}

function listFiles(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
