import { actSchema } from '@toolcrib/model/records/act';
import { decisionSchema } from '@toolcrib/model/records/decision';
import { effectSchema } from '@toolcrib/model/records/effect';
import { holdSchema } from '@toolcrib/model/records/hold';
import { radiusSchema } from '@toolcrib/model/records/radius';
import { requestSchema } from '@toolcrib/model/records/request';
import { softenSchema } from '@toolcrib/model/records/soften';
import { undoSchema } from '@toolcrib/model/records/undo';
import { z } from 'zod';
import { faultSchema, statusSchema } from '../../laptop/api/schema.ts';
import { operations } from '../../operations/index.ts';
import { progressSchema } from '../../operations/progress.ts';
import { actStorySchema } from '../../operations/stories/story.ts';
import { type JsonSchema, offered, type Route, routeOf } from './routes.ts';

/** What several answers share. */
const shared: Record<string, z.ZodType> = {
  Act: actSchema,
  ActStory: actStorySchema,
  Decision: decisionSchema,
  Effect: effectSchema,
  Fault: faultSchema,
  Hold: holdSchema,
  Progress: progressSchema,
  Radius: radiusSchema,
  Request: requestSchema,
  Softening: softenSchema,
  Status: statusSchema,
  Undo: undoSchema,
};

const JSON_TYPE = 'application/json';
/** A line for each event, and one for the end. */
export const LINES = 'application/x-ndjson';

/** The API as an OpenAPI 3.1 document, from the operations' own schemas. */
export function openApi(): Record<string, unknown> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(shared)) registry.add(schema, { id });
  const routes = offered.map((name) => routeOf(operations[name]));
  for (const { operation } of routes) {
    if (!registry.has(operation.output)) registry.add(operation.output, { id: outputId(operation.name) });
    if (operation.event && !registry.has(operation.event))
      registry.add(operation.event, { id: `${outputId(operation.name)}Event` });
  }
  const { schemas } = z.toJSONSchema(registry, { uri: refTo, io: 'output', override: open });
  const idOf = (schema: z.ZodType): string => registry.get(schema)?.id ?? 'Fault';
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes)
    paths[route.path] = {
      ...paths[route.path],
      [route.method.toLowerCase()]: operationOf(route, idOf),
    };
  return {
    openapi: '3.1.1',
    info: {
      title: "The guard's own API",
      version: '1',
      description:
        'On a unix socket of mode 0600, to who knows the secret beside it. Who asks is whose process the connection shows; a name in a body is nobody’s. Points in time are milliseconds since 1970.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: 'http://localhost', description: "The socket guard.sock in toolcrib's state folder" }],
    security: [{ secret: [] }],
    paths,
    components: {
      securitySchemes: {
        secret: { type: 'http', scheme: 'bearer', description: 'The text of guard.secret' },
      },
      schemas: Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, bare(schema)])),
    },
  };
}

const outputId = (name: string): string => `${name[0]?.toUpperCase()}${name.slice(1)}Answer`;
const refTo = (id: string): string => `#/components/schemas/${id}`;

/** An answer may have more in it than is said here: what a newer toolcrib wrote down stays in what is read. */
function open({ jsonSchema }: { jsonSchema: JsonSchema }): void {
  if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
}

/** Where it stands and what it is written in is said once, by the document. */
function bare({ $schema: _, $id: __, ...schema }: JsonSchema): JsonSchema {
  return schema;
}

function operationOf(route: Route, idOf: (schema: z.ZodType) => string): Record<string, unknown> {
  const { operation, method, inPath, others, required } = route;
  const { properties = {} } = z.toJSONSchema(operation.input, { io: 'input' });
  const parameter = (where: 'path' | 'query') => (name: string) => ({
    name,
    in: where,
    required: where === 'path' || required.includes(name),
    schema: properties[name],
  });
  const value = { $ref: refTo(idOf(operation.output)) };
  const event = operation.event && { $ref: refTo(idOf(operation.event)) };
  const lines = event && {
    [LINES]: {
      schema: {
        oneOf: [
          objectOf('event', event),
          objectOf('value', value),
          objectOf('fault', { $ref: refTo('Fault') }),
        ],
      },
    },
  };
  return {
    operationId: operation.name,
    summary: operation.title,
    parameters: [
      ...inPath.map(parameter('path')),
      ...(method === 'GET' ? Object.keys(others).map(parameter('query')) : []),
    ],
    ...(method === 'POST' && Object.keys(others).length > 0
      ? {
          requestBody: {
            required: required.length > 0,
            content: {
              [JSON_TYPE]: {
                schema: { type: 'object', properties: others, required, additionalProperties: false },
              },
            },
          },
        }
      : {}),
    responses: {
      200: {
        description: event
          ? 'What came of it; as lines, where those are accepted, all that is told on the way.'
          : 'What came of it.',
        content: { [JSON_TYPE]: { schema: value }, ...lines },
      },
      default: {
        description: 'Why there is none, and what next. What nobody foresaw is a 500 of the code `internal`.',
        content: { [JSON_TYPE]: { schema: { $ref: refTo('Fault') } } },
      },
    },
  };
}

function objectOf(field: string, schema: unknown): Record<string, unknown> {
  return { type: 'object', properties: { [field]: schema }, required: [field], additionalProperties: false };
}
