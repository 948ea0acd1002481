import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openApi } from './openapi.ts';
import { offered } from './routes.ts';

/** Of each: method, path, parameters (`!`: without which there is no answer), body, answer, what is told on the way. */
const TABLE = `
act      get  /v1/acts/{act}            path:act!                                    -                     ActStory       -
approve  post /v1/holds/{code}/approve  path:code!                                   !as,withoutNet        Hold           -
criteria get  /v1/vet/criteria          -                                            -                     CriteriaAnswer -
deny     post /v1/holds/{code}/deny     path:code!                                   -                     Hold           -
finish   post /v1/acts/{act}/finish     path:act!                                    overdue,sameCluster   FinishAnswer   Progress
held     get  /v1/holds                 query:closed                                 -                     HeldAnswer     -
hold     get  /v1/holds/{code}          path:code!                                   -                     Hold           -
log      get  /v1/acts                  query:context,query:limit,query:before       -                     LogAnswer      -
radius   get  /v1/radius  query:what!,query:namespace,query:context,query:cascade,query:scale -            Radius         -
status   get  /v1/status                -                                            -                     Status         -
stop     post /v1/stop                  -                                            -                     StopAnswer     StopAnswerEvent
trust    get  /v1/vet/trust             -                                            -                     TrustAnswer    -
undo     post /v1/acts/{act}/undo       path:act!                                    sameCluster           Undo           Progress
`;

interface Content {
  schema: {
    $ref?: string;
    required?: string[];
    properties?: object;
    oneOf?: unknown;
    additionalProperties?: boolean;
  };
}
interface Described {
  operationId: string;
  parameters: { name: string; in: string; required: boolean; schema: object }[];
  requestBody?: { required: boolean; content: Record<string, Content> };
  responses: Record<string, { description: string; content: Record<string, Content> }>;
}
interface Document {
  paths: Record<string, Record<string, Described>>;
  components: { schemas: Record<string, Record<string, unknown>> };
}
const document = openApi() as unknown as Document;

test('every operation stands in it once, and only what looks is a GET', () => {
  const all = Object.values(document.paths).flatMap((path) => Object.entries(path));
  assert.deepEqual(all.map(([, { operationId }]) => operationId).sort(), [...offered].sort());
  const looking = all.filter(([method]) => method === 'get').map(([, { operationId }]) => operationId);
  assert.deepEqual(looking.sort(), ['act', 'criteria', 'held', 'hold', 'log', 'radius', 'status', 'trust']);
});

test('what it refers to is in it, and each thing stands there once', () => {
  const text = JSON.stringify(document);
  const refs = [...text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(([, id = '']) => id);
  assert.ok(refs.length > 20);
  for (const id of refs) assert.ok(document.components.schemas[id], id);
  assert.equal(
    text.match(/"\$ref":"(?!#\/components\/schemas\/)/g),
    null,
    'nothing is referred to elsewhere',
  );
  assert.ok(text.length < 60_000, String(text.length));
});

test('what is in a path is a parameter of it', () => {
  for (const [path, methods] of Object.entries(document.paths))
    for (const { parameters } of Object.values(methods)) {
      const inPath = parameters.filter((one) => one.in === 'path').map(({ name }) => `{${name}}`);
      assert.deepEqual(path.match(/\{\w+\}/g) ?? [], inPath, path);
    }
});

const JSON_TYPE = 'application/json';
const LINES = 'application/x-ndjson';
const ref = (id: string) => ({ $ref: `#/components/schemas/${id}` });
const all = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, one]) => ({ path, method, ...one })),
  );
const rows = TABLE.trim()
  .split('\n')
  .map((line) => line.split(/\s+/));

for (const [id, method, path, parameters, body, answer = '', told = ''] of rows)
  test(`${id} is asked for, and answered, so`, () => {
    const one = all().find(({ operationId }) => operationId === id);
    assert.ok(one);
    const named = one.parameters.map(
      ({ in: where, name, required }) => `${where}:${name}${required ? '!' : ''}`,
    );
    assert.deepEqual([one.method, one.path, named.join() || '-'], [method, path, parameters]);
    for (const { schema } of one.parameters)
      assert.ok('type' in schema || 'anyOf' in schema || 'enum' in schema);
    const { required, content = {} } = one.requestBody ?? {};
    const sent = content[JSON_TYPE]?.schema;
    const fields = Object.keys(sent?.properties ?? {}).join();
    assert.equal(sent ? `${required ? '!' : ''}${fields}` : '-', body);
    if (sent) assert.deepEqual([sent.additionalProperties, sent.required], [false, required ? ['as'] : []]);
    const { 200: yes, default: no } = one.responses;
    assert.deepEqual(
      [yes?.content[JSON_TYPE]?.schema, no?.content[JSON_TYPE]?.schema],
      [ref(answer), ref('Fault')],
    );
    const line = (field: string, schema: object) => ({
      ...{ type: 'object', properties: { [field]: schema } },
      ...{ required: [field], additionalProperties: false },
    });
    const lines = [line('event', ref(told)), line('value', ref(answer)), line('fault', ref('Fault'))];
    assert.deepEqual(yes?.content[LINES]?.schema.oneOf, told === '-' ? undefined : lines);
    assert.equal(/as lines/.test(yes?.description ?? ''), told !== '-');
  });

test('an answer may have more in it than is said, and nothing names itself', () => {
  for (const [id, schema] of Object.entries(document.components.schemas)) {
    assert.equal('$schema' in schema || '$id' in schema, false, id);
    assert.doesNotMatch(JSON.stringify(schema), /"additionalProperties":false/, id);
  }
  // What is kept by a name that is not known beforehand is said all the same.
  assert.match(JSON.stringify(document.components.schemas), /"additionalProperties":\{/);
});
