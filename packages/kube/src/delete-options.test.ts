import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type DeleteOptions,
  deleteOptionsBody,
  effectiveDeleteOptions,
  effectivePropagation,
  isDryRun,
  type PropagationPolicy,
} from './delete-options.ts';
import { KubeError } from './errors.ts';

const BREAKING = 'ignoreStoreReadErrorWithClusterBreakingPotential';
const fromQuery = (text: string) => effectiveDeleteOptions(undefined, new URLSearchParams(text));
const fromBody = (body: Record<string, unknown>) => effectiveDeleteOptions(body, new URLSearchParams());
/** Without what is not said. */
const said = (options: DeleteOptions) => JSON.parse(JSON.stringify(options)) as object;
const refused = (words: RegExp) => (error: unknown) =>
  error instanceof KubeError && error.code === 'bad-options' && words.test(error.message);

test('a body counts alone, also one that says nothing; without one the query does', () => {
  const query = new URLSearchParams('gracePeriodSeconds=5&dryRun=All&propagationPolicy=Orphan&uid=a');
  assert.deepEqual(said(effectiveDeleteOptions({}, query)), {});
  assert.deepEqual(said(effectiveDeleteOptions({ gracePeriodSeconds: 0 }, query)), { gracePeriodSeconds: 0 });
  assert.deepEqual(said(effectiveDeleteOptions(undefined, query)), {
    gracePeriodSeconds: 5,
    dryRun: ['All'],
    propagationPolicy: 'Orphan',
    preconditions: { uid: 'a' },
  });
});

test('every field of a body', () => {
  const body = {
    kind: 'DeleteOptions',
    apiVersion: 'v1',
    gracePeriodSeconds: 30,
    orphanDependents: false,
    propagationPolicy: 'Foreground',
    dryRun: ['All'],
    preconditions: { uid: 'u', resourceVersion: '7' },
    [BREAKING]: true,
  };
  const { kind: _, apiVersion: __, ...options } = body;
  assert.deepEqual(said(fromBody(body)), options);
  assert.deepEqual(said(fromBody({ orphanDependents: true })), { orphanDependents: true });
  assert.deepEqual(said(fromBody({ preconditions: { resourceVersion: '7' } })), {
    preconditions: { resourceVersion: '7' },
  });
  assert.deepEqual(said(fromBody({ propagationPolicy: '', dryRun: [], [BREAKING]: false })), { dryRun: [] });
});

test('null is what is not there, as Go reads it', () => {
  const body = {
    gracePeriodSeconds: null,
    orphanDependents: null,
    propagationPolicy: null,
    dryRun: null,
    preconditions: null,
  };
  assert.deepEqual(said(fromBody(body)), {});
  assert.deepEqual(said(fromBody({ preconditions: { uid: null, resourceVersion: null } })), {
    preconditions: {},
  });
});

test('a body that is anything else is refused', () => {
  for (const [body, words] of [
    [{ kind: 'Pod' }, /a Pod, not DeleteOptions/],
    [{ gracePeriodSeconds: '5' }, /gracePeriodSeconds/],
    [{ gracePeriodSeconds: 1.5 }, /gracePeriodSeconds/],
    [{ gracePeriodSeconds: 2 ** 53 }, /gracePeriodSeconds/],
    [{ orphanDependents: 'true' }, /orphanDependents/],
    [{ orphanDependents: 1 }, /orphanDependents/],
    [{ propagationPolicy: 'orphan' }, /"orphan" is none of Orphan, Background, Foreground/],
    [{ propagationPolicy: ['Orphan'] }, /propagationPolicy/],
    [{ dryRun: 'All' }, /dryRun/],
    [{ dryRun: ['All', 1] }, /dryRun/],
    [{ preconditions: 'u' }, /preconditions is not an object/],
    [{ preconditions: { uid: 1 } }, /precondition is not a string/],
    [{ preconditions: { resourceVersion: 7 } }, /precondition is not a string/],
  ] as const) {
    assert.throws(() => fromBody(body), refused(words), JSON.stringify(body));
  }
});

test('every field of a query', () => {
  assert.deepEqual(said(fromQuery('')), {});
  assert.deepEqual(
    said(
      fromQuery(
        `gracePeriodSeconds=0&orphanDependents=0&propagationPolicy=Background&dryRun=All&dryRun=x&uid=u&resourceVersion=7&${BREAKING}=true`,
      ),
    ),
    {
      gracePeriodSeconds: 0,
      orphanDependents: false,
      propagationPolicy: 'Background',
      dryRun: ['All', 'x'],
      preconditions: { uid: 'u', resourceVersion: '7' },
      [BREAKING]: true,
    },
  );
  assert.deepEqual(said(fromQuery('resourceVersion=7')), { preconditions: { resourceVersion: '7' } });
  assert.deepEqual(said(fromQuery('uid=u')), { preconditions: { uid: 'u' } });
  assert.deepEqual(said(fromQuery('uid=&resourceVersion=&dryRun=&propagationPolicy=')), {});
  for (const [text, seconds] of [
    ['-1', -1],
    ['%2B30', 30],
    ['0030', 30],
  ] as const) {
    assert.deepEqual(said(fromQuery(`gracePeriodSeconds=${text}`)), { gracePeriodSeconds: seconds });
  }
});

test('in a query everything but 0 and false is true, and the first of two counts', () => {
  for (const value of ['true', '1', '', 'no', 'off', '00', 'falsehood']) {
    assert.deepEqual(said(fromQuery(`orphanDependents=${value}`)), { orphanDependents: true }, value);
  }
  for (const value of ['0', 'false', 'False', 'FALSE']) {
    assert.deepEqual(said(fromQuery(`orphanDependents=${value}`)), { orphanDependents: false }, value);
    assert.deepEqual(said(fromQuery(`${BREAKING}=${value}`)), {}, value);
  }
  assert.deepEqual(said(fromQuery('orphanDependents=false&orphanDependents=true')), {
    orphanDependents: false,
  });
});

test('a query that can not be understood is refused', () => {
  for (const value of ['', 'five', '5s', '1.5', '5%20', '0x5', '9007199254740993']) {
    assert.throws(() => fromQuery(`gracePeriodSeconds=${value}`), refused(/gracePeriodSeconds/), value);
  }
  assert.throws(() => fromQuery('propagationPolicy=background'), refused(/propagationPolicy/));
});

test('only All is a dry run', () => {
  for (const [dryRun, is] of [
    [undefined, false],
    [[], false],
    [['all'], false],
    [['x', 'All'], true],
  ] as const) {
    assert.equal(isDryRun({ dryRun: dryRun && [...dryRun] }), is);
  }
});

test('what becomes of the dependents: the options, then a finalizer, then the kind', () => {
  const pods = { group: '', resource: 'pods' };
  const jobs = { group: 'batch', resource: 'jobs' };
  const cases: [DeleteOptions, typeof pods, string[], PropagationPolicy][] = [
    [{}, pods, [], 'Background'],
    [{}, jobs, [], 'Orphan'],
    [{}, { group: '', resource: 'replicationcontrollers' }, [], 'Orphan'],
    [{}, { group: 'example.com', resource: 'jobs' }, [], 'Background'],
    [{}, { group: 'batch', resource: 'cronjobs' }, [], 'Background'],
    [{}, pods, ['orphan'], 'Orphan'],
    [{}, pods, ['a', 'foregroundDeletion'], 'Foreground'],
    [{}, jobs, ['foregroundDeletion'], 'Foreground'],
    [{}, pods, ['foregroundDeletion', 'orphan'], 'Orphan'],
    [{ propagationPolicy: 'Background' }, jobs, ['orphan'], 'Background'],
    [{ propagationPolicy: 'Foreground' }, pods, ['orphan'], 'Foreground'],
    [{ orphanDependents: true }, pods, ['foregroundDeletion'], 'Orphan'],
    [{ orphanDependents: false }, jobs, ['orphan'], 'Background'],
    [{ orphanDependents: false, propagationPolicy: 'Orphan' }, pods, [], 'Background'],
  ];
  for (const [options, type, finalizers, policy] of cases) {
    assert.equal(
      effectivePropagation(options, type, finalizers),
      policy,
      JSON.stringify([options, type, finalizers]),
    );
  }
  assert.equal(effectivePropagation({}, pods), 'Background');
});

test('written anew the options are the same ones, and never both ways of orphaning', () => {
  assert.deepEqual(deleteOptionsBody({ orphanDependents: true }), {
    kind: 'DeleteOptions',
    apiVersion: 'v1',
    orphanDependents: true,
  });
  assert.deepEqual(deleteOptionsBody({ orphanDependents: false, propagationPolicy: 'Orphan' }), {
    kind: 'DeleteOptions',
    apiVersion: 'v1',
    propagationPolicy: 'Orphan',
  });
  const options = fc.record(
    {
      gracePeriodSeconds: fc.integer(),
      preconditions: fc.record({ uid: fc.string(), resourceVersion: fc.string() }, { requiredKeys: [] }),
      propagationPolicy: fc.constantFrom<PropagationPolicy>('Orphan', 'Background', 'Foreground'),
      dryRun: fc.array(fc.string()),
      [BREAKING]: fc.constant(true),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(options, (given) => {
      assert.deepEqual(said(fromBody(deleteOptionsBody(given))), said(given));
    }),
  );
});
