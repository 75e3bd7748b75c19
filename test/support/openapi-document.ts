import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The part of a schema that generated tests read. */
export interface Schema {
  readonly type?: string;
  readonly nullable?: boolean;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

/** One operation of docs/openapi.json. */
export interface DocumentedOperation {
  readonly id: string;
  readonly method: string;
  /** With `{names}`. */
  readonly path: string;
  readonly isPublic: boolean;
  readonly action: string | undefined;
  readonly pathParameters: readonly string[];
  readonly queryParameters: readonly string[];
  readonly body: { readonly schema: Schema; readonly example: unknown } | undefined;
  readonly statuses: readonly number[];
}

interface OpenApiOperation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly in: string; readonly name: string }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { schema: Schema; example: unknown }>> };
  readonly responses: Readonly<Record<string, unknown>>;
  readonly security: readonly unknown[];
  readonly 'x-action'?: string;
}

const METHODS = ['get', 'put', 'post', 'delete', 'patch'];

/** Every operation of docs/openapi.json, both faces, in the document's order. */
export function documentedOperations(): DocumentedOperation[] {
  const file = join(import.meta.dirname, '../../docs/openapi.json');
  const document = JSON.parse(readFileSync(file, 'utf8'));
  return Object.entries<Record<string, OpenApiOperation>>(document.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method) => {
      const operation = item[method]!;
      const { operationId, parameters = [], requestBody, responses, security } = operation;
      const inPlace = (place: string) => parameters.filter((p) => p.in === place).map((p) => p.name);
      const content = requestBody?.content['application/json'];
      return {
        id: operationId,
        method: method.toUpperCase(),
        path,
        isPublic: security.length === 0,
        action: operation['x-action'],
        pathParameters: inPlace('path'),
        queryParameters: inPlace('query'),
        body: content,
        statuses: Object.keys(responses)
          .filter((status) => status !== 'default')
          .map(Number),
      };
    }),
  );
}

/** The operation's path with its parameters filled in. @throws for a parameter without a value: give it a fixture */
export function fillPath(operation: DocumentedOperation, ids: Readonly<Record<string, string>>): string {
  return operation.path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = ids[name];
    if (value === undefined) throw new Error(`${operation.method} ${operation.path}: no fixture for {${name}}`);
    return value;
  });
}
