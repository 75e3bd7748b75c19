import { createServer } from 'node:net';
import { createInterface } from 'node:readline';

/** What one session handed over. */
export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly data: string;
}

/** A mail server on loopback that takes everything (RFC 5321 as far as a client needs it), or refuses every recipient. */
export interface SmtpServer {
  readonly url: string;
  readonly received: readonly ReceivedMail[];
  /** From now on nobody is known here. */
  refuse(): void;
  /** Resolves with the mails to this address once there is one. */
  mailTo(address: string): Promise<ReceivedMail>;
  close(): Promise<void>;
}

export async function startSmtpServer(): Promise<SmtpServer> {
  const received: ReceivedMail[] = [];
  const waiting = new Set<() => void>();
  let isRefusing = false;
  const server = createServer((socket) => {
    let mail = { from: '', to: [] as string[], data: '' };
    let isData = false;
    const say = (line: string) => socket.write(`${line}\r\n`);
    socket.on('error', () => undefined);
    say('220 test');
    createInterface({ input: socket, crlfDelay: Number.POSITIVE_INFINITY }).on('line', (line) => {
      const address = /<(.*?)>/.exec(line)?.[1] ?? '';
      if (isData && line !== '.') mail.data += `${line.replace(/^\.\./, '.')}\n`;
      else if (isData) {
        isData = false;
        received.push(mail);
        mail = { from: '', to: [], data: '' };
        say('250 taken');
        for (const wake of waiting) wake();
      } else if (/^(EHLO|HELO)/i.test(line)) say('250 test');
      else if (/^MAIL/i.test(line)) {
        mail.from = address;
        say('250 ok');
      } else if (/^RCPT/i.test(line)) {
        if (!isRefusing) mail.to.push(address);
        say(isRefusing ? `550 no ${address} here` : '250 ok');
      } else if (/^DATA/i.test(line)) {
        isData = true;
        say('354 go on');
      } else if (/^QUIT/i.test(line)) socket.end('221 bye\r\n');
      else say('250 ok');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const find = (address: string) => received.find((mail) => mail.to.includes(address));
  return {
    url: `smtp://127.0.0.1:${port}`,
    received,
    refuse: () => {
      isRefusing = true;
    },
    mailTo: (address) =>
      new Promise((resolve) => {
        const look = () => {
          const mail = find(address);
          if (!mail) return;
          waiting.delete(look);
          resolve(mail);
        };
        waiting.add(look);
        look();
      }),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
