import { z } from 'zod';
import { emptyToNull, id, plainText, refusePrivate, text } from '../common/fields.js';
import { toStorableJson } from '../common/storable-text.js';
import type { CustomField, Intention } from '../prisma/generated/client.js';
import { whyNotParameters } from './check-parameters.js';
import { whyNotUrlTemplate } from './check-url-template.js';
import { type Header, MASK } from './merge-headers.js';

const INTENTION_TYPES = ['WEBHOOK', 'INSTRUCTIONS'] as const;
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
const FIELD_TYPES = ['STRING', 'URL', 'DATE_TIME', 'DATE', 'NUMBER', 'BOOLEAN'] as const;
const CUSTOM_FIELD_TYPES = ['STRING', 'DATE', 'DATE_TIME', 'NUMBER', 'BOOLEAN', 'MONEY'] as const;
const PREPROCESSING = ['DISABLED', 'GENERATE', 'MANUAL'] as const;

/** What every model provider takes as the name of a parameter. */
const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;
/** A token of RFC 9110, 5.6.2. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/;
/** What HTTP carries in a field value (RFC 9110, 5.5): no line breaks, no control characters, Latin-1. */
const HEADER_VALUE = /^[\t\x20-\x7e\xa0-\xff]*$/;
/** Those that frame the request or name its destination are ours to write. */
const OUR_HEADERS = new Set([
  'host',
  'content-length',
  'transfer-encoding',
  'connection',
  'keep-alive',
  'upgrade',
  'te',
  'trailer',
  'expect',
  'proxy-connection',
]);
const MAX_BODY_BYTES = 64 * 1024;

/** A list in which no two items have the same `key`. */
const distinct =
  <T>(name: string, key: (item: T) => string) =>
  (items: readonly T[], context: z.RefinementCtx) => {
    const seen = new Set<string>();
    for (const [n, item] of items.entries()) {
      if (seen.has(key(item))) context.addIssue({ code: 'custom', path: [n, name], message: 'is used twice' });
      seen.add(key(item));
    }
  };

const FieldBody = z.object({
  name: text(120, 1).meta({ example: 'Número do pedido' }),
  jsonName: z
    .string()
    .regex(IDENTIFIER, 'must be an identifier such as orderNumber, at most 64 characters')
    .meta({ example: 'orderNumber' }),
  description: text(1_000).default('').meta({ example: 'O número que está no recibo' }),
  /** TEXT is another name of STRING. */
  type: z.enum([...FIELD_TYPES, 'TEXT']),
  required: z.boolean().default(false),
});

const HeaderBody = z.object({
  name: z
    .string()
    .regex(HEADER_NAME, 'is not the name of a header')
    .refine((name) => !OUR_HEADERS.has(name.toLowerCase()), 'is a header that we write ourselves')
    .meta({ example: 'Authorization' }),
  value: z
    .string()
    .max(4_096)
    .refine((value) => value === MASK || HEADER_VALUE.test(value), 'must be one line of Latin-1 text')
    .meta({ example: 'Bearer 3f9a' }),
});

const ParamBody = z.object({
  name: text(200, 1).meta({ example: 'order' }),
  value: text(2_048).meta({ example: '{{orderNumber}}' }),
});

/** Where a value of the answer goes: into a field every contact has, or into one of the workspace's own. */
const VariableBody = z.object({
  valueExpression: text(500, 1).meta({ example: 'order.status' }),
  defaultFieldKey: text(64).nullish().meta({ example: 'name' }),
  customField: z
    .object({
      id: id(),
      name: z.string().optional(),
      description: z.string().optional(),
      type: z.string().optional(),
      jsonName: z.string().optional(),
    })
    .nullish(),
});

const sentence = text(2_000).nullish();
const PreconditionBody = z.object({
  intentionId: id(),
  failureCondition: sentence,
  failureMessage: sentence,
  successAction: sentence,
});

const writable = {
  description: text(1_000, 1).meta({ example: 'Consultar um pedido' }),
  details: text(5_000).nullable(),
  instructions: text(10_000).nullable().meta({ example: 'Peça o número do pedido antes de consultar.' }),
  preprocessingMessage: z.enum(PREPROCESSING),
  preprocessingText: text(1_000).nullable(),
  fields: z
    .array(FieldBody)
    .max(50)
    .superRefine(distinct('jsonName', (field) => field.jsonName)),
  type: z.enum(INTENTION_TYPES),
  httpMethod: z.enum(METHODS).nullable(),
  /** Empty where the type is INSTRUCTIONS. */
  url: text(2_048)
    .superRefine(refusePrivate((value) => (value === '' ? undefined : whyNotUrlTemplate(value))))
    .nullable()
    .meta({ example: 'https://example.com/orders/{{orderNumber}}' }),
  headers: z
    .array(HeaderBody)
    .max(50)
    .superRefine(distinct('name', (header) => header.name.toLowerCase())),
  params: z.array(ParamBody).max(50),
  variables: z.array(VariableBody).max(50),
  requestBody: text(MAX_BODY_BYTES)
    .refine((body) => Buffer.byteLength(body) <= MAX_BODY_BYTES, 'must not be longer than 64 kB')
    .nullable(),
  autoGenerateParams: z.boolean(),
  autoGenerateBody: z.boolean(),
  preconditions: z.array(PreconditionBody).max(20),
  /** A JSON Schema, for what flat fields cannot describe. */
  parameters: z
    .record(z.string(), z.unknown())
    .superRefine((schema, context) => {
      const message = whyNotParameters(schema);
      if (message) context.addIssue({ code: 'custom', message });
    })
    .nullable(),
};

export const CreateIntentionBody = z.object(writable).partial().required({ description: true, type: true });
export type CreateIntentionBody = z.infer<typeof CreateIntentionBody>;

/** What GET answers is taken back; what is left out stays. */
export const UpdateIntentionBody = z
  .object({ ...writable, id: z.string(), agentId: z.string(), createdAt: z.string(), updatedAt: z.string() })
  .partial();
export type UpdateIntentionBody = z.infer<typeof UpdateIntentionBody>;

/** A variable as it is kept: the custom field by its id, since its name may change. */
export interface StoredVariable {
  readonly valueExpression: string;
  readonly defaultFieldKey: string | null;
  readonly customFieldId: string | null;
}

/** A precondition as it is kept. */
export interface StoredPrecondition {
  readonly intentionId: string;
  readonly failureCondition: string | null;
  readonly failureMessage: string | null;
  readonly successAction: string | null;
}

const pair = z.object({ name: z.string(), value: z.string() });
const always = {
  id: z.string(),
  description: z.string(),
  preprocessingMessage: z.enum(PREPROCESSING),
  fields: z.array(
    z.object({
      name: z.string(),
      jsonName: z.string(),
      description: z.string(),
      type: z.enum(FIELD_TYPES),
      required: z.boolean(),
    }),
  ),
  type: z.enum(INTENTION_TYPES),
  headers: z.array(pair),
  params: z.array(pair),
  variables: z.array(
    z.object({
      valueExpression: z.string(),
      defaultFieldKey: z.string().optional(),
      customField: z
        .object({
          id: z.string(),
          name: z.string(),
          description: z.string(),
          type: z.enum(CUSTOM_FIELD_TYPES),
          jsonName: z.string(),
        })
        .optional(),
    }),
  ),
  autoGenerateParams: z.boolean(),
  autoGenerateBody: z.boolean(),
  preconditions: z.array(
    z.object({
      intentionId: z.string(),
      failureCondition: z.string().nullable(),
      failureMessage: z.string().nullable(),
      successAction: z.string().nullable(),
    }),
  ),
  parameters: z.record(z.string(), z.unknown()).nullable(),
};
const maybe = z.string().nullable();

/** An intention as each face shows it; the values of its headers are on neither. */
export const IntentionAnswer = {
  v2: z.object({
    ...always,
    details: plainText(),
    instructions: plainText(),
    preprocessingText: plainText(),
    httpMethod: z.preprocess((value) => value ?? undefined, z.enum(METHODS).optional()),
    url: plainText(),
    requestBody: plainText(),
  }),
  own: z.object({
    ...always,
    agentId: z.string(),
    details: maybe,
    instructions: maybe,
    preprocessingText: maybe,
    httpMethod: z.enum(METHODS).nullable(),
    url: maybe,
    requestBody: maybe,
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  }),
};

/** What a body asks of the table, but for the headers, whose values have to be sealed first. */
export function toIntentionData(body: UpdateIntentionBody) {
  const { description, preprocessingMessage, type, httpMethod, params, autoGenerateParams, autoGenerateBody } = body;
  return {
    description,
    preprocessingMessage,
    type,
    httpMethod,
    params,
    autoGenerateParams,
    autoGenerateBody,
    details: emptyToNull(body.details),
    instructions: emptyToNull(body.instructions),
    preprocessingText: emptyToNull(body.preprocessingText),
    url: emptyToNull(body.url),
    requestBody: emptyToNull(body.requestBody),
    fields: body.fields?.map((field) => ({ ...field, type: field.type === 'TEXT' ? 'STRING' : field.type })),
    variables: body.variables?.map(
      ({ valueExpression, defaultFieldKey, customField }): StoredVariable => ({
        valueExpression,
        defaultFieldKey: defaultFieldKey || null,
        customFieldId: customField?.id ?? null,
      }),
    ),
    preconditions: body.preconditions?.map(
      ({ intentionId, failureCondition, failureMessage, successAction }): StoredPrecondition => ({
        intentionId,
        failureCondition: failureCondition || null,
        failureMessage: failureMessage || null,
        successAction: successAction || null,
      }),
    ),
    parameters: body.parameters && toStorableJson(body.parameters),
  };
}

/** An intention with the custom fields its variables name (of those that still exist), its secrets masked. */
export function toIntentionView(row: Intention, customFields: ReadonlyMap<string, CustomField>) {
  const variables = row.variables as unknown as StoredVariable[];
  return {
    ...row,
    headers: (row.headers as unknown as Header[]).map(({ name }) => ({ name, value: MASK })),
    variables: variables.map(({ valueExpression, defaultFieldKey, customFieldId }) => ({
      valueExpression,
      defaultFieldKey: defaultFieldKey ?? undefined,
      customField: customFieldId === null ? undefined : customFields.get(customFieldId),
    })),
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}
