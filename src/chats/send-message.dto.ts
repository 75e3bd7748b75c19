import { z } from 'zod';
import { id, publicUrl, text } from '../common/fields.js';
import { nameFile } from '../evolution-api/name-file.js';
import type { PartMedia } from './outbox.queries.js';

/** WhatsApp's own limit for one text. */
const MAX_TEXT = 65_536;

/** Where the gateway fetches a file from. What is inside a data: address would be kept for ever in our tables. */
const mediaUrl = (example: string) =>
  z
    .string()
    .refine((value) => !/^\s*data:/i.test(value), 'must be an https:// address; files inside the request are not taken')
    .pipe(publicUrl())
    .meta({ example });

/** What can be sent: a text, or one file, which may have a caption. */
const content = {
  message: text(MAX_TEXT).meta({ example: 'Seu pedido saiu para entrega.' }),
  image: mediaUrl('https://example.com/cardapio.jpg'),
  audio: mediaUrl('https://example.com/recado.mp3'),
  video: mediaUrl('https://example.com/passo-a-passo.mp4'),
  document: mediaUrl('https://example.com/orcamento.pdf'),
  documentName: text(200, 1).meta({ example: 'Orçamento.pdf' }),
  documentMimetype: text(200, 1).meta({ example: 'application/pdf' }),
};
type Content = Partial<Record<keyof typeof content, string>>;

const FILES = { image: 'IMAGE', audio: 'AUDIO', video: 'VIDEO', document: 'DOCUMENT' } as const;
const filesOf = (body: Content) =>
  (Object.keys(FILES) as (keyof typeof FILES)[]).filter((field) => body[field] !== undefined);

function checkContent(body: Content, context: z.RefinementCtx): void {
  const refuse = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
  const [file, another] = filesOf(body);
  if (another) refuse(another, 'send one file per message');
  if (!file && !body.message) refuse('message', 'is required unless a file is sent');
  if (file === 'audio' && body.message) refuse('message', 'a voice note has no caption; send the text on its own');
  for (const field of ['documentName', 'documentMimetype'] as const) {
    if (body[field] && file !== 'document') refuse(field, 'belongs to a document');
  }
}

export const SendMessageBody = z
  .object({ ...content, replyMessageId: id() })
  .partial()
  .superRefine(checkContent);
export type SendMessageBody = z.infer<typeof SendMessageBody>;

export const StartConversationBody = z
  .object({
    phone: text(40, 1).meta({ example: '5531988887777' }),
    ...z.object(content).partial().shape,
  })
  .superRefine(checkContent);
export type StartConversationBody = z.infer<typeof StartConversationBody>;

/** A message as it goes out: its type, its text or caption, and its file. */
export interface Outgoing {
  readonly type: 'TEXT' | PartMedia['kind'];
  readonly text: string;
  readonly media: PartMedia | null;
}

/** What a checked body asks to send. */
export function readOutgoing(body: Content): Outgoing {
  const [field] = filesOf(body);
  const text = body.message ?? '';
  if (!field) return { type: 'TEXT', text, media: null };
  const kind = FILES[field];
  const url = body[field]!;
  const mimetype = body.documentMimetype;
  const fileName = nameFile({ kind, name: body.documentName, mimetype, url });
  return { type: kind, text, media: { kind, url, fileName, mimetype: mimetype ?? null } };
}

export const EditMessageBody = z.object({ message: text(MAX_TEXT, 1).meta({ example: 'Amanhã às 11h.' }) });
export type EditMessageBody = z.infer<typeof EditMessageBody>;

/** What became of a change: `edited`, `deleted` (from everyone's phone) or `canceled` (it had not left yet). */
export const ChangeAnswer = z.object({ success: z.literal(true), status: z.enum(['edited', 'deleted', 'canceled']) });
export type ChangeAnswer = z.infer<typeof ChangeAnswer>;
