import type { Corruption } from './proxy.ts';

const on = (method: string, path: RegExp) => (asked: { method: string; path: string }) =>
  asked.method === method && path.test(asked.path);

/** Twenty ways in which a simulated API server could lie, each with the step that must notice. */
export const corruptions: Corruption[] = [
  {
    name: 'a wrong code: 200 instead of 201',
    step: 'CRUD/configmaps',
    shows: /POST .*configmaps: status$/,
    where: on('POST', /configmaps$/),
    alter: (answer) => (answer.status === 201 ? { ...answer, status: 200 } : answer),
  },
  {
    name: 'a wrong reason in a Status',
    step: 'errors/an object that is not there',
    shows: /configmaps\/none: body\.reason$/,
    where: on('GET', /configmaps\/none$/),
    alter: (answer) => ({ ...answer, body: { ...answer.body, reason: 'Gone' } }),
  },
  {
    name: 'a message in other words',
    step: 'preconditions and conflicts/an outdated update is refused',
    shows: /PUT .*configmaps\/one: body\.message$/,
    where: on('PUT', /configmaps\/one$/),
    alter: ({ body, ...rest }) => ({
      ...rest,
      body: body.kind === 'Status' ? { ...body, message: body.message.replace('modified', 'changed') } : body,
    }),
  },
  {
    name: 'details without their causes',
    step: 'errors/a Deployment without what it needs',
    shows: /POST .*deployments: body\.details\.causes/,
    where: on('POST', /deployments$/),
    alter: ({ body, ...rest }) => ({ ...rest, body: { ...body, details: { ...body.details, causes: [] } } }),
  },
  {
    name: 'a missing owner reference',
    step: 'adoption and release/a ReplicaSet adopts naked Pods that match',
    shows: /Pods: fact\.\d+\.\d+\.controller$/,
    where: on('GET', /pods$/),
    alter({ body, ...rest }) {
      for (const item of body.items) {
        if (item.metadata.ownerReferences?.[0]) delete item.metadata.ownerReferences[0].controller;
      }
      return { ...rest, body };
    },
  },
  {
    name: 'a lost watch event',
    step: 'watch/from a version: every change, in order',
    shows: /watch=true.*: events/,
    where: on('GET', /watch=true/),
    alter: (answer) => (answer.body.object.data?.a === '2' ? undefined : answer),
  },
  {
    name: 'MODIFIED instead of ADDED',
    step: 'watch/an object that stops matching is DELETED for the watcher',
    shows: /watch=true.*: events\.\d+\.type$/,
    where: on('GET', /watch=true/),
    alter: ({ body, ...rest }) => ({
      ...rest,
      body: body.type === 'ADDED' ? { ...body, type: 'MODIFIED' } : body,
    }),
  },
  {
    name: 'a bookmark without its mark',
    step: 'watch/initial events and the bookmark that ends them',
    shows: /watch=true.*: events\.\d+\.object\.metadata\.annotations$/,
    where: on('GET', /watch=true/),
    alter({ body, ...rest }) {
      if (body.type === 'BOOKMARK') delete body.object.metadata.annotations;
      return { ...rest, body };
    },
  },
  {
    name: 'a changed default',
    step: 'CRUD/deployments',
    shows: /POST .*deployments: body\.spec\.progressDeadlineSeconds$/,
    where: on('POST', /deployments$/),
    alter({ body, ...rest }) {
      if (body.spec) body.spec.progressDeadlineSeconds = 300;
      return { ...rest, body };
    },
  },
  {
    name: 'a field that nobody owns',
    step: 'server-side apply/apply creates',
    shows: /PATCH .*configmaps\/one.*: body\.metadata\.managedFields\.0\.fieldsV1\.f:data\.f:a$/,
    where: on('PATCH', /configmaps\/one/),
    alter({ body, ...rest }) {
      delete body.metadata.managedFields[0].fieldsV1['f:data']['f:a'];
      return { ...rest, body };
    },
  },
  {
    name: 'an apply conflict that blames somebody else',
    step: 'server-side apply/two managers with other values conflict',
    shows: /PATCH .*configmaps\/one\?fieldManager=other.*: body\.(message|details\.causes)/,
    where: on('PATCH', /configmaps\/one\?fieldManager=other/),
    alter: (answer) => ({
      ...answer,
      body: JSON.parse(JSON.stringify(answer.body).replaceAll('\\"me\\"', '\\"them\\"')),
    }),
  },
  {
    name: 'a dry run that tells of a write',
    step: 'dry run/a delete by the body',
    shows: /GET .*configmaps\/one: (status|body\.code)$/,
    where: on('GET', /configmaps\/one$/),
    alter: (answer) => ({
      ...answer,
      status: 404,
      body: {
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Failure',
        message: 'configmaps "one" not found',
        reason: 'NotFound',
        details: { name: 'one', kind: 'configmaps' },
        code: 404,
      },
    }),
  },
  {
    name: 'a page with one object too few',
    step: 'selectors and paging/paging by limit and continue',
    shows: /page: fact\.0/,
    where: on('GET', /limit=2&continue=/),
    alter: ({ body, ...rest }) => ({ ...rest, body: { ...body, items: body.items.slice(1) } }),
  },
  {
    name: 'a selector that lets one more through',
    step: 'selectors and paging/labels: equal, not equal, several',
    shows: /labelSelector=kind%3Dodd: body\.items\.\d+$/,
    where: on('GET', /labelSelector=kind%3Dodd$/),
    alter: ({ body, ...rest }) => ({ ...rest, body: { ...body, items: [...body.items, body.items[0]] } }),
  },
  {
    name: 'a finalizer in silence',
    step: 'finalizers/hold an object in Terminating',
    shows: /configmaps\/one: body\.metadata\.finalizers$/,
    where: on('GET', /configmaps\/one$/),
    alter({ body, ...rest }) {
      if (body.metadata.finalizers) delete body.metadata.finalizers;
      return { ...rest, body };
    },
  },
  {
    name: 'an eviction past its budget',
    step: 'eviction and PDBs/a budget that allows none: 429',
    shows: /answer: fact\.0$/,
    where: on('POST', /\/eviction$/),
    alter: (answer) => ({
      ...answer,
      status: 201,
      body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 },
    }),
  },
  {
    name: 'a budget that counts one too many',
    step: 'eviction and PDBs/a budget in percent, rounded up',
    shows: /poddisruptionbudgets\/web: body\.status\.desiredHealthy$/,
    where: on('GET', /poddisruptionbudgets\/web$/),
    alter({ body, ...rest }) {
      if (body.status?.currentHealthy === 3) body.status.desiredHealthy = 1;
      return { ...rest, body };
    },
  },
  {
    name: 'a column with another name',
    step: 'Tables/Deployments and ReplicaSets',
    shows: /\/deployments: body\.columnDefinitions\.1\.name$/,
    where: on('GET', /\/deployments$/),
    alter({ body, ...rest }) {
      if (body.kind === 'Table') body.columnDefinitions[1].name = 'Status';
      return { ...rest, body };
    },
  },
  {
    name: 'a verb that discovery does not tell',
    step: 'discovery and OpenAPI/resources of apps/v1',
    shows: /\/apis\/apps\/v1: body\.resources\.0\.verbs/,
    where: on('GET', /\/apis\/apps\/v1$/),
    alter({ body, ...rest }) {
      body.resources[0].verbs = body.resources[0].verbs.filter((verb: string) => verb !== 'deletecollection');
      return { ...rest, body };
    },
  },
  {
    name: 'other words for kubectl to print',
    step: 'kubectl/get what is not there',
    shows: /kubectl get pod none: stderr$/,
    where: on('GET', /\/pods\/none$/),
    alter: ({ body, ...rest }) => ({
      ...rest,
      body: { ...body, message: 'pods "none" is nowhere to be found' },
    }),
  },
];
