import { z } from 'zod';
import { clearableUrl, emptyToNull, plainText, publicUrl, text } from '../common/fields.js';
import { PageQuery } from '../common/pagination.js';
import type { Training } from '../prisma/generated/client.js';

const TRAINING_TYPES = ['TEXT', 'WEBSITE', 'VIDEO', 'DOCUMENT'] as const;
const STATUSES = ['PENDING', 'FETCHING', 'EXTRACTING', 'INDEXING', 'READY', 'FAILED'] as const;
const SUB_PAGES = ['DISABLED', 'ACTIVE'] as const;
const INTERVALS = [
  'NEVER',
  'ONE_HOUR',
  'FOUR_HOUR',
  'EIGHT_HOUR',
  'TWELVE_HOUR',
  'ONE_DAY',
  'ONE_WEEK',
  'ONE_MONTH',
] as const;

/** What a document may be; others hold no text that can be learned. */
const MIME_TYPES = [
  'application/pdf',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  'application/json',
  'text/plain',
  'text/markdown',
  'text/csv',
  'text/html',
] as const;

const MAX_TEXT = 500_000;

const words = text(MAX_TEXT, 1).meta({ example: 'Entregamos de segunda a sexta, das 8h às 18h.' });
const image = clearableUrl().optional().meta({ example: 'https://example.com/menu.png' });
const callbackUrl = clearableUrl().optional().meta({ example: 'https://example.com/hooks/trained' });

/** One schema per type: each asks for what its type needs. Every half minute is more often than a site deserves. */
export const CreateTrainingBody = z.discriminatedUnion('type', [
  z.object({ type: z.literal('TEXT'), text: words, image, callbackUrl }),
  z.object({
    type: z.literal('WEBSITE'),
    website: publicUrl().meta({ example: 'https://example.com' }),
    trainingSubPages: z.enum(SUB_PAGES).default('DISABLED'),
    trainingInterval: z.enum([...INTERVALS, 'THIRTY_SECONDS']).default('NEVER'),
    callbackUrl,
  }),
  z.object({
    type: z.literal('VIDEO'),
    video: publicUrl().meta({ example: 'https://example.com/tour.mp4' }),
    callbackUrl,
  }),
  z.object({
    type: z.literal('DOCUMENT'),
    documentUrl: publicUrl().meta({ example: 'https://example.com/prices.pdf' }),
    documentName: text(255).optional().meta({ example: 'prices.pdf' }),
    documentMimetype: z.enum(MIME_TYPES),
    callbackUrl,
  }),
]);
export type CreateTrainingBody = z.infer<typeof CreateTrainingBody>;

/** Only texts are changed; the rest is what GET answers, taken back and left alone. */
export const UpdateTrainingBody = z
  .object({
    text: words,
    image,
    callbackUrl,
    type: z.enum(TRAINING_TYPES),
    id: z.string(),
    agentId: z.string(),
    status: z.string(),
    isEnabled: z.boolean(),
    createdAt: z.string(),
    updatedAt: z.string(),
  })
  .partial();
export type UpdateTrainingBody = z.infer<typeof UpdateTrainingBody>;

/** `query` searches the text, the address and the document's name. */
export const TrainingsQuery = PageQuery.extend({ type: z.enum(TRAINING_TYPES).optional() });
export type TrainingsQuery = z.infer<typeof TrainingsQuery>;

const id = z.string();
const ownFields = {
  id,
  agentId: z.string(),
  callbackUrl: z.string().nullable(),
  status: z.enum(STATUSES),
  isEnabled: z.boolean(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
};
const website = { website: z.string(), trainingSubPages: z.enum(SUB_PAGES), trainingInterval: z.enum(INTERVALS) };

/** A training shows the fields of its type. */
export const TrainingAnswer = {
  v2: z.discriminatedUnion('type', [
    z.object({ id, type: z.literal('TEXT'), text: z.string(), image: plainText() }),
    z.object({ id, type: z.literal('WEBSITE'), ...website }),
    z.object({ id, type: z.literal('VIDEO'), video: z.string() }),
    z.object({
      id,
      type: z.literal('DOCUMENT'),
      documentUrl: z.string(),
      documentName: plainText(),
      documentMimetype: z.string(),
    }),
  ]),
  own: z.discriminatedUnion('type', [
    z.object({ ...ownFields, type: z.literal('TEXT'), text: z.string(), image: z.string().nullable() }),
    z.object({ ...ownFields, type: z.literal('WEBSITE'), ...website }),
    z.object({ ...ownFields, type: z.literal('VIDEO'), video: z.string() }),
    z.object({
      ...ownFields,
      type: z.literal('DOCUMENT'),
      documentUrl: z.string(),
      documentName: z.string().nullable(),
      documentMimetype: z.string(),
    }),
  ]),
};

/** What a new training asks of the table. */
export function toTrainingData(body: CreateTrainingBody) {
  const common = { type: body.type, callbackUrl: emptyToNull(body.callbackUrl) };
  switch (body.type) {
    case 'TEXT':
      return { ...common, text: body.text, image: emptyToNull(body.image) };
    case 'WEBSITE': {
      const { website, trainingSubPages, trainingInterval: asked } = body;
      const trainingInterval = asked === 'THIRTY_SECONDS' ? 'ONE_HOUR' : asked;
      return { ...common, website, trainingSubPages, trainingInterval };
    }
    case 'VIDEO':
      return { ...common, video: body.video };
    case 'DOCUMENT': {
      const { documentUrl, documentName, documentMimetype } = body;
      return { ...common, documentUrl, documentName: emptyToNull(documentName), documentMimetype };
    }
  }
}

export function toTrainingView(training: Training) {
  return { ...training, createdAt: training.createdAt.toISOString(), updatedAt: training.updatedAt.toISOString() };
}
