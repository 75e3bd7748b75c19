import { readFileSync } from 'node:fs';
import { install } from '../bench/installation.js';
import { checkSchema, type PublishedSchema } from './check-schema.js';
import { tour, type Visit } from './tour.js';

interface PublishedDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, PublishedOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, PublishedSchema>> };
}
interface PublishedOperation {
  readonly responses: Readonly<Record<string, { content?: Record<string, { schema?: PublishedSchema }> }>>;
}

const ERROR: PublishedSchema = { type: 'object', properties: { error: { type: 'string' } } };

/** What the tour found: lines to print, and whether the contract holds. */
export interface Verdict {
  readonly lines: readonly string[];
  readonly holds: boolean;
}

/** Starts the product with its stand-ins, takes the tour, and holds every answer against the document. */
export async function checkContract(file: string): Promise<Verdict> {
  const document: PublishedDocument = JSON.parse(readFileSync(file, 'utf8'));
  const installation = await install();
  try {
    return judge(document, await tour(installation));
  } finally {
    await installation.close();
  }
}

/** Holds the answers of a tour against a document. */
export function judge({ paths, components }: PublishedDocument, visits: readonly Visit[]): Verdict {
  const resolve = (ref: string) => components.schemas[ref.replace('#/components/schemas/', '')] ?? {};
  const operations = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, operation })),
  );
  const notBuilt: string[] = [];
  const faults = operations.flatMap(({ name, operation }) => {
    const answers = visits.filter((visit) => visit.operation === name);
    if (answers.length === 0) return [`${name}: the tour does not go there`];
    if (answers.some(({ status }) => status === 501)) notBuilt.push(name);
    return answers.flatMap(({ status, body }) =>
      checkSchema(body, status < 300 ? successOf(operation, body) : ERROR, resolve).map(
        ({ path, problem }) => `${name} (${status}): ${path} ${problem}`,
      ),
    );
  });
  const distinct = [...new Set(faults)];
  return {
    holds: distinct.length === 0,
    lines: [
      ...distinct,
      `${operations.length} operations, ${visits.length} answers, ${distinct.length} faults; ${notBuilt.length} operations answer 501 until they are built`,
    ],
  };
}

/**
 * The published success of an operation. Some lists are drawn as one of their items (they are paged, and named lists):
 * a list of such items is what they mean.
 */
function successOf({ responses }: PublishedOperation, body: unknown): PublishedSchema {
  const schema = (responses['200'] ?? responses['204'])?.content?.['application/json']?.schema ?? {};
  return Array.isArray(body) && schema.properties ? { type: 'array', items: schema } : schema;
}
