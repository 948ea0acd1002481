/** One line of the sources, made wrong. */
export interface Fault {
  name: string;
  file: string;
  /** Stands in the file once. */
  find: string;
  put: string;
  /** Files that must notice. */
  tests: string[];
  /** A pattern of test names, where the whole file would take long. */
  only?: string;
  /** The test that must fail; any other failure proves nothing. */
  turnsRed: RegExp;
}

const GUARD = 'packages/guard/src';

export const faults: Fault[] = [
  {
    name: 'forward before keep',
    file: `${GUARD}/way/keep.ts`,
    find: 'await deps.journal.keep(own, kept);',
    put: 'void deps.journal.keep(own, kept);',
    tests: [`${GUARD}/way/contracts.test.ts`],
    turnsRed: /a delete goes on only once its snapshot is durable/,
  },
  {
    name: 'DeleteOptions read from the query only',
    file: 'packages/kube/src/delete-options.ts',
    find: 'return decodedBody === undefined ? fromQuery(query) : fromBody(decodedBody);',
    put: 'return decodedBody === undefined ? fromQuery(query) : fromQuery(query);',
    tests: [`${GUARD}/effects/effect-of.test.ts`],
    turnsRed: /options come from the body/,
  },
  {
    name: 'no token check',
    file: `${GUARD}/door/admit.ts`,
    find: 'const grant = tokens.find(request.headers.authorization);',
    put: "const grant = tokens.find(request.headers.authorization) ?? { id: 'any', context: 'prod', person: 'anybody' };",
    tests: [`${GUARD}/door/door.test.ts`],
    turnsRed: /no token, DELETE: 401/,
  },
  {
    name: 'no UID precondition',
    file: `${GUARD}/effects/delete.ts`,
    find: '{ preconditions: { ...preconditions, uid: preconditions?.uid ?? uid } }',
    put: '{ preconditions }',
    tests: [`${GUARD}/effects/outgoing.test.ts`],
    turnsRed: /a delete carries the UID that was seen/,
  },
  {
    name: 'Host not checked',
    file: `${GUARD}/door/admit.ts`,
    find: 'if (!isOurHost(request.headers.host, port)) {',
    put: 'if (request.headers.host === undefined) {',
    tests: [`${GUARD}/door/door.test.ts`],
    turnsRed: /a foreign Host, GET: 403/,
  },
  {
    name: 'snapshot not synced',
    file: 'packages/guard/src/journal/database.ts',
    find: "connection.exec('PRAGMA synchronous = FULL');",
    put: "connection.exec('PRAGMA synchronous = NORMAL');",
    tests: ['packages/guard/src/journal/durable.test.ts'],
    turnsRed: /syncs each commit/,
  },
  {
    name: 'approval not pinned',
    file: `${GUARD}/way/approved.ts`,
    find: 'const covers = stillCovers(hold.radius, now.radius);',
    put: 'const covers = stillCovers(now.radius, now.radius);',
    tests: ['packages/toolcrib/src/end-to-end/approval.test.ts'],
    only: 'void once the target was (scaled|given a dependent)',
    turnsRed: /an approval is void once the target was scaled/,
  },
  {
    name: 'a decode error taken as harmless',
    file: `${GUARD}/effects/effect-of.ts`,
    find: "return { verb: 'not-understood', target: sent.target, why: messageOf(error) };",
    put: "return { verb: 'none' };",
    tests: [`${GUARD}/effects/effect-of.test.ts`],
    turnsRed: /a body that can't be read \(CBOR\) is not understood/,
  },
  {
    name: 'reads buffered',
    file: `${GUARD}/door/forward.ts`,
    find: 'await pipeline(answer.body, response);',
    put: 'response.end(Buffer.from(await answer.body.arrayBuffer()));',
    tests: [`${GUARD}/door/door.test.ts`],
    only: "a watch's headers",
    turnsRed: /a watch's headers and its first event come at once/,
  },
  {
    name: 'undo that overwrites',
    file: 'packages/guard/src/undo/make.ts',
    find: 'const same = sameIntent(now, snapshot);',
    put: 'const same = sameIntent(await run.cluster.patch(info, { namespace, name }, { spec: object.spec }), snapshot);',
    tests: ['packages/guard/src/undo/overwrite.test.ts'],
    turnsRed: /an undo writes to nothing but what was absent/,
  },
  {
    name: 'an effect that says nothing is cheap',
    file: `${GUARD}/effects/cautious.ts`,
    find: '  cheap: undefined,',
    put: '  cheap: { evicts: false },',
    tests: [`${GUARD}/effects/cautious.test.ts`],
    turnsRed: /is none of the cheap cases, although a delete of the same Pod is/,
  },
  {
    name: 'what is written is not checked',
    file: `${GUARD}/journal/forms.ts`,
    find: 'check(kind, record);\n  return JSON',
    put: 'return JSON',
    tests: [`${GUARD}/journal/tomorrow.test.ts`],
    turnsRed: /is refused when written where it could not be read back/,
  },
  {
    name: 'a newer record taken for damage',
    file: `${GUARD}/journal/forms.ts`,
    find: 'if (error.issues.every((issue) => isUnknownWord(issue, value)))',
    put: 'if (error.issues.length === 0)',
    tests: [`${GUARD}/journal/tomorrow.test.ts`],
    turnsRed: /of tomorrow, .*: told as such, and in the way of nothing else/,
  },
  {
    name: 'who let go of his parents may say yes',
    file: 'packages/toolcrib/src/cage/lineage.ts',
    find: 'return began.length > 0 && hasLetGo(chain, since)',
    put: 'return began.length < 0 && hasLetGo(chain, since)',
    tests: ['packages/toolcrib/src/cage/lineage.test.ts'],
    turnsRed: /whose process it is, while an agent runs/,
  },
  {
    name: 'an owner remembered beyond its own delete',
    file: `${GUARD}/way/standing.ts`,
    find: 'doubtUntil = clock.now() + ARRIVES;\n      stood.clear();',
    put: 'doubtUntil = clock.now();',
    tests: [`${GUARD}/way/standing.test.ts`],
    turnsRed: /is asked for again after its delete was let go/,
  },
  {
    name: 'a create that takes Pods over, not looked at',
    file: `${GUARD}/effects/creating.ts`,
    find: 'const found = await adopting(request, cluster, as);',
    put: 'const found = (await adopting(request, cluster, as)) && undefined;',
    tests: ['packages/toolcrib/src/end-to-end/takes-over.test.ts'],
    only: 'for no Pods, after a delete that left them',
    turnsRed: /for no Pods, after a delete that left them: an outage/,
  },
];
