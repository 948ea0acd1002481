import fc from 'fast-check';

/** One thing that a random namespace has. `n` makes its name its own. */
export type Part =
  | { part: 'config'; n: number; kind: 'ConfigMap' | 'Secret' | 'ServiceAccount'; finalizer: boolean }
  | {
      part: 'rules';
      n: number;
      kind: 'Role' | 'RoleBinding' | 'NetworkPolicy' | 'LimitRange' | 'PodDisruptionBudget';
    }
  | { part: 'scaler'; n: number; version: 'v1' | 'v2' }
  | { part: 'ingress'; n: number }
  | { part: 'service'; n: number; how: 'cluster' | 'headless' | 'balancer' | 'nodePort' | 'by hand' }
  | { part: 'deployment'; n: number; replicas: number; history: boolean; paused: boolean; service: boolean }
  | {
      part: 'set';
      n: number;
      replicas: number;
      claims: boolean;
      whenDeleted: 'Delete' | 'Retain';
      retain: boolean;
    }
  | { part: 'daemon'; n: number }
  | { part: 'replicas'; n: number; replicas: number }
  | {
      part: 'job';
      n: number;
      how: 'running' | 'suspended' | 'over';
      forgives: 'many' | 'none' | 'one' | 'by its policy';
    }
  | { part: 'cron'; n: number }
  | { part: 'pod'; n: number; ephemeral: boolean }
  | { part: 'claim'; n: number; retain: boolean }
  /** `operator`: one runs for this kind, and makes the children of each resource. */
  | {
      part: 'custom';
      n: number;
      operator: boolean;
      children: ('Secret' | 'ConfigMap' | 'PersistentVolumeClaim' | 'Deployment')[];
    }
  | { part: 'owned'; n: number; owners: number; orphanFinalizer: boolean }
  | { part: 'going'; n: number };

export interface World {
  parts: Part[];
  act: Act;
}

/** What is done: `at` picks among what is there, wherever it is. */
type Act =
  | { do: 'delete'; at: number[]; policy: 'Background' | 'Foreground' | 'Orphan' }
  | { do: 'collection'; at: number }
  | { do: 'namespace' }
  | { do: 'scale'; at: number; to: number };

const n = fc.constant(0);
const part: fc.Arbitrary<Part> = fc.oneof(
  fc.record({
    part: fc.constant('config' as const),
    n,
    kind: fc.constantFrom('ConfigMap' as const, 'Secret' as const, 'ServiceAccount' as const),
    finalizer: fc.boolean(),
  }),
  fc.record({
    part: fc.constant('rules' as const),
    n,
    kind: fc.constantFrom(
      'Role' as const,
      'RoleBinding' as const,
      'NetworkPolicy' as const,
      'LimitRange' as const,
      'PodDisruptionBudget' as const,
    ),
  }),
  fc.record({
    part: fc.constant('scaler' as const),
    n,
    version: fc.constantFrom('v1' as const, 'v2' as const),
  }),
  fc.record({ part: fc.constant('ingress' as const), n }),
  fc.record({
    part: fc.constant('service' as const),
    n,
    how: fc.constantFrom(
      'cluster' as const,
      'headless' as const,
      'balancer' as const,
      'nodePort' as const,
      'by hand' as const,
    ),
  }),
  fc.record({
    part: fc.constant('deployment' as const),
    n,
    replicas: fc.integer({ min: 0, max: 2 }),
    history: fc.boolean(),
    paused: fc.boolean(),
    service: fc.boolean(),
  }),
  fc.record({
    part: fc.constant('set' as const),
    n,
    replicas: fc.integer({ min: 1, max: 2 }),
    claims: fc.boolean(),
    whenDeleted: fc.constantFrom('Delete' as const, 'Retain' as const),
    retain: fc.boolean(),
  }),
  fc.record({ part: fc.constant('daemon' as const), n }),
  fc.record({ part: fc.constant('replicas' as const), n, replicas: fc.integer({ min: 0, max: 2 }) }),
  fc.record({
    part: fc.constant('job' as const),
    n,
    how: fc.constantFrom('running' as const, 'suspended' as const, 'over' as const),
    forgives: fc.constantFrom('many' as const, 'none' as const, 'one' as const, 'by its policy' as const),
  }),
  fc.record({ part: fc.constant('cron' as const), n }),
  fc.record({ part: fc.constant('pod' as const), n, ephemeral: fc.boolean() }),
  fc.record({ part: fc.constant('claim' as const), n, retain: fc.boolean() }),
  fc.record({
    part: fc.constant('custom' as const),
    n,
    operator: fc.boolean(),
    children: fc.uniqueArray(
      fc.constantFrom(
        'Secret' as const,
        'ConfigMap' as const,
        'PersistentVolumeClaim' as const,
        'Deployment' as const,
      ),
      { minLength: 1, maxLength: 3 },
    ),
  }),
  fc.record({
    part: fc.constant('owned' as const),
    n,
    owners: fc.integer({ min: 1, max: 3 }),
    orphanFinalizer: fc.boolean(),
  }),
  fc.record({ part: fc.constant('going' as const), n }),
);

const pick = fc.nat(10_000);
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('delete' as const),
      at: fc.array(pick, { minLength: 1, maxLength: 3 }),
      policy: fc.constantFrom(
        'Background' as const,
        'Background' as const,
        'Foreground' as const,
        'Orphan' as const,
      ),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('collection' as const), at: pick }) },
  { weight: 2, arbitrary: fc.constant({ do: 'namespace' as const }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('scale' as const), at: pick, to: fc.nat(1) }) },
);

export const world: fc.Arbitrary<World> = fc
  .record({ parts: fc.array(part, { minLength: 2, maxLength: 6 }), act })
  .map(({ parts, act }) => ({
    // A LimitRange that came after a Pod changes it when it is made again: undo says so, nobody can prevent it.
    parts: [...parts]
      .sort((a, b) => Number(isLimit(b)) - Number(isLimit(a)))
      .map((one, n) => ({ ...one, n })),
    act,
  }));

function isLimit(part: Part): boolean {
  return part.part === 'rules' && part.kind === 'LimitRange';
}
