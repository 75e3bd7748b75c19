/** One mail, ready to go. */
export interface Mail {
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/**
 * A mail as a file any mail program opens and any person reads: headers in UTF-8 (RFC 6532), the text as it is, so that
 * its link can be copied from a terminal.
 */
export function formatEml(mail: Mail, sentAt: Date): string {
  const headers = {
    From: mail.from,
    To: mail.to,
    Subject: mail.subject,
    Date: sentAt.toUTCString().replace('GMT', '+0000'),
    'MIME-Version': '1.0',
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Transfer-Encoding': '8bit',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value.replace(/[\r\n]+/g, ' ')}`);
  return `${lines.join('\n')}\n\n${mail.text}`;
}
