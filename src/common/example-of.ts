/** The part of an OpenAPI 3.0 schema that an example is made from. */
export interface ExampleSchema {
  readonly type?: string;
  readonly format?: string;
  readonly example?: unknown;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly nullable?: boolean;
  readonly properties?: Readonly<Record<string, ExampleSchema>>;
  readonly required?: readonly string[];
  readonly items?: ExampleSchema;
  readonly oneOf?: readonly ExampleSchema[];
  readonly anyOf?: readonly ExampleSchema[];
  readonly allOf?: readonly ExampleSchema[];
  readonly minimum?: number;
  readonly minLength?: number;
}

/** What a field of this name usually holds, where its schema does not say. */
const BY_NAME: Readonly<Record<string, unknown>> = {
  name: 'Doces do Porto',
  title: 'Doces do Porto',
  email: 'ana@example.com',
  password: 'a long sentence of yours',
  phone: '5581999990001',
  text: 'Entregamos de segunda a sexta.',
  message: 'Seu pedido saiu para entrega.',
  prompt: 'Vocês entregam no sábado?',
  contextId: 'customer-42',
  behavior: 'Seja breve e simpática.',
  jobName: 'Doces do Porto',
  jobDescription: 'Bolos por encomenda.',
  jobSite: 'https://example.com',
  avatar: 'https://example.com/avatar.png',
  picture: 'https://example.com/picture.png',
  description: 'Consulta o status de um pedido.',
  instructions: 'Quando o cliente perguntar pelo pedido.',
  timezone: 'America/Sao_Paulo',
};

const ID = '0193e6c5-5f7e-7c3a-9b1d-2a4f6c8e0b1d';
const INSTANT = '2026-11-25T14:03:00.000Z';

/**
 * An example a newcomer can send or expect: the schema's own where it has one, else made from names, formats and
 * enumerations. `input` leaves out what may be left out and has no example of its own.
 */
export function exampleOf(schema: ExampleSchema, io: 'input' | 'output', name = ''): unknown {
  if (schema.example !== undefined) return schema.example;
  if (schema.default !== undefined) return schema.default;
  if (schema.enum) return schema.enum[0];
  const first = schema.oneOf?.[0] ?? schema.anyOf?.[0] ?? schema.allOf?.[0];
  if (first) return exampleOf(first, io, name);
  if (schema.properties) return exampleObject(schema, io);
  if (schema.type === 'array') return schema.items ? [exampleOf(schema.items, io, name)] : [];
  if (schema.type === 'object') return {};
  if (schema.type === 'boolean') return true;
  if (schema.type === 'integer' || schema.type === 'number')
    return schema.minimum && schema.minimum > 0 ? schema.minimum : 1;
  return exampleText(schema, name);
}

function exampleObject({ properties = {}, required = [] }: ExampleSchema, io: 'input' | 'output') {
  const shown = Object.entries(properties).filter(
    ([key, field]) => io === 'output' || required.includes(key) || field.example !== undefined,
  );
  return Object.fromEntries(shown.map(([key, field]) => [key, exampleOf(field, io, key)]));
}

function exampleText({ format, minLength = 0 }: ExampleSchema, name: string): unknown {
  if (format === 'uuid') return ID;
  if (format === 'date-time') return INSTANT;
  if (format === 'email') return BY_NAME['email'];
  if (Object.hasOwn(BY_NAME, name)) return BY_NAME[name];
  if (/(^i|I)d$/.test(name)) return ID;
  if (/At$/.test(name)) return INSTANT;
  if (format === 'uri' || /[Uu]rl$/.test(name)) return 'https://example.com/path';
  return 'text'.padEnd(minLength, ' text');
}
