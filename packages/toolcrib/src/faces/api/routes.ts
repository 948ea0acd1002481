import { z } from 'zod';
import { type Operation, type OperationName, operationNames } from '../../operations/operation.ts';

/** It is of the terminal that asks: nobody else's request has one. */
const OF_A_TERMINAL = 'it is of the terminal that asks';
/**
 * The guard's process would open, outside of any sandbox that the asker is in, what the asker names; and would parse what
 * strangers wrote beside all that it holds and keeps.
 */
const READS_FILES = 'it opens files by the paths that it is given, and reads what strangers wrote';

/** Where each is offered; what stands in braces is of its input. Or why it is not. */
const places: Readonly<Record<OperationName, string | { not: string }>> = {
  act: '/v1/acts/{act}',
  approve: '/v1/holds/{code}/approve',
  criteria: '/v1/vet/criteria',
  deny: '/v1/holds/{code}/deny',
  doctor: { not: OF_A_TERMINAL },
  'doctor-bundle': { not: OF_A_TERMINAL },
  'door-port': { not: 'the guard must not be running' },
  finish: '/v1/acts/{act}/finish',
  held: '/v1/holds',
  hold: '/v1/holds/{code}',
  log: '/v1/acts',
  radius: '/v1/radius',
  'renew-trust': { not: 'it changes whom this person believes' },
  sbom: { not: READS_FILES },
  'sbom-diff': { not: READS_FILES },
  setup: { not: OF_A_TERMINAL },
  'setup-plan': { not: OF_A_TERMINAL },
  start: { not: 'who could answer is not running' },
  status: '/v1/status',
  stop: '/v1/stop',
  terminal: { not: OF_A_TERMINAL },
  trust: '/v1/vet/trust',
  undo: '/v1/acts/{act}/undo',
  uninstall: { not: 'it takes away what answers' },
  'uninstall-plan': { not: 'its answer is for who may uninstall' },
  verify: { not: READS_FILES },
  vet: { not: READS_FILES },
  'vet-packs': { not: READS_FILES },
  'vet-publish': { not: READS_FILES },
};

/** Those that the API offers. */
export const offered: readonly OperationName[] = operationNames.filter(
  (name) => typeof places[name] === 'string',
);

/** Why it is not offered. undefined where it is. */
export function whyNot(name: OperationName): string | undefined {
  const place = places[name];
  return typeof place === 'string' ? undefined : place.not;
}

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

/** What only looks is a GET. @throws Error for one that is not offered */
export function routeOf(operation: Operation): Route {
  const path = places[operation.name];
  if (typeof path !== 'string') throw new Error(`the API does not offer ${operation.name}: ${path.not}`);
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
