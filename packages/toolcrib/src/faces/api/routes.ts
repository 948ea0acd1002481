import { z } from 'zod';
import type { Operation, OperationName } from '../../operations/operation.ts';

/** Where each is offered; what stands in braces is of its input. */
const paths: Readonly<Record<OperationName, string>> = {
  act: '/v1/acts/{act}',
  approve: '/v1/holds/{code}/approve',
  deny: '/v1/holds/{code}/deny',
  finish: '/v1/acts/{act}/finish',
  held: '/v1/holds',
  hold: '/v1/holds/{code}',
  log: '/v1/acts',
  radius: '/v1/radius',
  status: '/v1/status',
  stop: '/v1/stop',
  undo: '/v1/acts/{act}/undo',
};

/** One operation as HTTP has it. */
export interface Route {
  operation: Operation;
  method: 'GET' | 'POST';
  path: string;
  /** Fields of the input that stand in the path. */
  inPath: string[];
  /** Of the others: in the query of a GET, in the body of a POST. With their JSON Schemas. */
  others: Record<string, JsonSchema>;
  /** Of `others`, those without which there is no answer. */
  required: string[];
}

export type JsonSchema = z.core.JSONSchema.BaseSchema;

/** What only looks is a GET. */
export function routeOf(operation: Operation): Route {
  const path = paths[operation.name];
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, field = '']) => field);
  const { properties = {}, required = [] } = z.toJSONSchema(operation.input, { io: 'input' });
  const others = Object.entries(properties).filter(([field]) => !inPath.includes(field));
  return {
    operation,
    method: operation.looks ? 'GET' : 'POST',
    path,
    inPath,
    others: Object.fromEntries(others) as Record<string, JsonSchema>,
    required: required.filter((field) => !inPath.includes(field)),
  };
}

/**
 * What a query says, as the input's schema has it: in a query everything is text. What is none of that stays as it is, and
 * is refused by the schema.
 */
export function fromQuery({ others }: Route, query: Record<string, string>): Record<string, unknown> {
  const read = (field: string, text: string): unknown => {
    switch (others[field]?.type) {
      case 'boolean':
        return text === 'true' ? true : text === 'false' ? false : text;
      case 'integer':
      case 'number':
        return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
      default:
        return text;
    }
  };
  return Object.fromEntries(Object.entries(query).map(([field, text]) => [field, read(field, text)]));
}
