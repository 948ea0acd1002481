import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { Schema } from '@toolcrib/kube';
import type { Swagger } from './openapi-v2-document.ts';

/**
 * Writes an OpenAPI v2 document in gnostic's protobuf form. The numbers are those of `OpenAPIv2.proto` of the Go
 * module github.com/google/gnostic-models; what clients of Kubernetes do not read is left out.
 */
export function encodeSwagger({ swagger, info, paths, definitions }: Swagger): Uint8Array {
  const writer = new BinaryWriter();
  text(writer, 1, swagger);
  nested(writer, 2, (to) => {
    text(to, 1, info.title);
    text(to, 2, info.version);
  });
  nested(writer, 8, (to) => {
    for (const [path, item] of Object.entries(paths)) named(to, 2, path, (value) => pathItem(value, item));
  });
  nested(writer, 9, (to) => {
    for (const [name, schema] of Object.entries(definitions))
      named(to, 1, name, (value) => schemaOf(value, schema));
  });
  return writer.finish();
}

function text(writer: BinaryWriter, field: number, value: string | undefined): void {
  if (value !== undefined) writer.tag(field, WireType.LengthDelimited).string(value);
}

function nested(writer: BinaryWriter, field: number, write: (to: BinaryWriter) => void): void {
  const inner = new BinaryWriter();
  write(inner);
  writer.tag(field, WireType.LengthDelimited).bytes(inner.finish());
}

/** NamedPathItem, NamedSchema, NamedAny: a name and a value. */
function named(writer: BinaryWriter, field: number, name: string, write: (to: BinaryWriter) => void): void {
  nested(writer, field, (to) => {
    text(to, 1, name);
    nested(to, 2, write);
  });
}

const METHODS: Record<string, number> = { get: 2, put: 3, post: 4, delete: 5, patch: 8 };

function pathItem(writer: BinaryWriter, item: Record<string, unknown>): void {
  for (const [method, field] of Object.entries(METHODS)) {
    const operation = item[method] as Record<string, unknown> | undefined;
    if (operation) nested(writer, field, (to) => writeOperation(to, operation));
  }
}

function writeOperation(writer: BinaryWriter, operation: Record<string, unknown>): void {
  text(writer, 10, operation.operationId as string);
  for (const parameter of operation.parameters as { name: string; schema: { type: string } }[]) {
    // ParametersItem → Parameter → NonBodyParameter → QueryParameterSubSchema
    nested(writer, 8, (item) =>
      nested(item, 1, (one) =>
        nested(one, 2, (other) =>
          nested(other, 3, (query) => {
            text(query, 2, 'query');
            text(query, 4, parameter.name);
            text(query, 6, parameter.schema.type);
          }),
        ),
      ),
    );
  }
  extensions(writer, 13, operation);
}

/** `x-…` keywords as NamedAny; gnostic carries their values as YAML, of which JSON is a part. */
function extensions(writer: BinaryWriter, field: number, holder: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(holder)) {
    if (key.startsWith('x-')) named(writer, field, key, (to) => text(to, 2, `${JSON.stringify(value)}\n`));
  }
}

function schemaOf(writer: BinaryWriter, schema: Schema): void {
  text(writer, 1, schema.$ref);
  text(writer, 2, schema.format);
  for (const name of schema.required ?? []) text(writer, 19, name);
  const { additionalProperties, items, properties, type } = schema;
  if (typeof additionalProperties === 'object') {
    nested(writer, 21, (to) => nested(to, 1, (inner) => schemaOf(inner, additionalProperties)));
  }
  if (type) nested(writer, 22, (to) => text(to, 1, type));
  if (items) nested(writer, 23, (to) => nested(to, 1, (inner) => schemaOf(inner, items)));
  if (properties) {
    nested(writer, 25, (to) => {
      for (const [name, value] of Object.entries(properties))
        named(to, 1, name, (inner) => schemaOf(inner, value));
    });
  }
  extensions(writer, 31, schema);
}
