import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Hold } from '@toolcrib/model';
import { aHold } from '../journal/testing/records.ts';
import type { Instruction } from '../request.ts';
import {
  deniedAnswer,
  goneStatus,
  heldAnswer,
  heldText,
  heldWarning,
  notKeptAnswer,
  stoppedAnswer,
  untoldText,
} from './answers.ts';

const hold = (more: Partial<Hold> = {}): Hold =>
  aHold({
    code: 'K7QM',
    decision: { then: 'hold', rule: 'outage', reason: 'it would be left without Pods' },
    ...more,
  });
const bodyOf = (instruction: Instruction) => {
  assert.ok(instruction.do === 'answer');
  return { ...JSON.parse(Buffer.from(instruction.body).toString()), status: instruction.status };
};
const record = {
  group: '',
  version: 'v1',
  resource: 'secrets',
  namespace: 'shop',
  name: 'sh.helm.release.v1.web.v1',
};
const uninstall: Partial<Hold> = {
  actId: 'act-1',
  effect: { verb: 'uninstall', target: record, release: 'web', dryRun: false },
};

test('who is held reads what, why, and what to type, each command on a line of its own', () => {
  assert.deepEqual(heldText(hold(), 'takes 3 objects', 300).split('\n'), [
    'K7QM HELD by toolcrib: it would be left without Pods (rule outage).',
    'It takes 3 objects.',
    '  look:      toolcrib held K7QM',
    '  as sent:   toolcrib approve K7QM --as-sent',
    'Then send the same request again within 300 seconds.',
  ]);
});

test('what is missing in the net, what went before and what is not told stand in it, and the name that has to be typed', () => {
  const softening = { possible: true as const, how: 'orphan-first' as const };
  const text = heldText(
    hold({
      actId: 'act-1',
      needsName: 'web',
      net: 'partial',
      before: ['delete service shop/web'],
      untold: 'helm tells nothing ahead',
      decision: { then: 'hold', rule: 'r', reason: 'w', softening } as Hold['decision'],
    }),
    'takes it',
    1,
  );
  assert.match(text, /Not everything was seen, and what was not can't be kept: its name has to be typed\./);
  assert.match(text, /^Before that, this act has done: delete service shop\/web\./m);
  assert.match(text, /^What else its command takes is asked for by itself: helm tells nothing ahead\.$/m);
  assert.match(
    text,
    /^ {2}softened: {2}toolcrib approve K7QM --softened --without-net web {3}\(the Pods keep running/m,
  );
  assert.match(text, /^ {2}as sent: {3}toolcrib approve K7QM --as-sent --without-net web$/m);
  assert.match(
    heldText(hold({ needsName: 'web', net: 'none' }), '', 1),
    /could not be kept, so there would be no undo/,
  );
  const retain = { possible: true as const, how: 'retain-first' as const };
  const kept = heldText(
    hold({ decision: { then: 'hold', rule: 'r', reason: 'w', softening: retain } as Hold['decision'] }),
    '',
    1,
  );
  assert.match(kept, /the data is kept: its volumes are set to Retain first/);
  assert.equal(untoldText('x'), 'What else its command takes is asked for by itself: x.');
});

test('a program finds the code in the causes, and gets a 403', () => {
  const { status, code, details } = bodyOf(heldAnswer(hold(), 's', 1, ['w']));
  assert.deepEqual([status, code], [403, 403]);
  assert.deepEqual(details.causes, [{ reason: 'ToolcribHeld', message: 'K7QM', field: 'approval' }]);
  const told = heldAnswer(hold(), 's', 1, ['w']);
  assert.deepEqual(told.warnings, ['w']);
});

test('helm, which keeps the answer to itself, is warned, and nobody else', () => {
  assert.deepEqual(heldWarning(hold()), []);
  const [first, ...rest] = heldWarning(hold(uninstall));
  assert.equal(
    first,
    'K7QM HELD by toolcrib: helm uninstall shop/web: it would be left without Pods (rule outage). Nothing was deleted.',
  );
  assert.deepEqual(rest, [
    'toolcrib held K7QM   shows all that would go',
    'toolcrib approve K7QM --as-sent   lets it go; then uninstall it again (act-1)',
  ]);
  const after = heldWarning(hold({ ...uninstall, before: ['delete job shop/hook'] }));
  assert.match(after[0] ?? '', /Before that it has done: delete job shop\/hook\.$/);
  assert.equal(after[1], 'toolcrib undo act-1   takes that back');
  const unread: Partial<Hold> = { effect: { verb: 'not-understood', target: record, why: 'no words' } };
  assert.match(heldWarning(hold(unread))[0] ?? '', /A hook that is no Job and no Pod may have run\.$/);
});

test('a refusal says what was sent until then', () => {
  const alone = bodyOf(deniedAnswer('ben said no'));
  assert.deepEqual(
    [alone.status, alone.message],
    [403, 'toolcrib refused this: ben said no. Nothing was sent to the cluster.'],
  );
  assert.equal(
    bodyOf(deniedAnswer('ben said no', 'It has done that.')).message,
    'toolcrib refused this: ben said no. Nothing more was sent. It has done that.',
  );
});

test('one line of 40 columns shows the code of what is held or refused, behind what k9s and kubectl put first', () => {
  const told = [
    heldText(hold(), 'takes 3 objects', 300),
    heldWarning(hold(uninstall))[0] ?? '',
    bodyOf(notKeptAnswer('K7QM', 'web', 'the disk is full')).message,
    bodyOf(deniedAnswer('ben said no', '', 'K7QM')).message,
  ];
  for (const text of told)
    for (const before of ['\u{1f621} Delete failed with `', 'Error from server (Forbidden): ', 'Warning: '])
      assert.match(`${before}${text}`.slice(0, 40), /K7QM/);
});

test('who waited when the guard was stopped is told that its code is worth nothing', () => {
  const { status, message } = bodyOf(stoppedAnswer());
  assert.equal(status, 503);
  assert.match(
    message,
    /Nothing was sent\. Start it, and send the same request again: it is held anew, under another code/,
  );
});

test('what could not be kept was not sent, and goes by its name alone', () => {
  const { status, message, details } = bodyOf(
    notKeptAnswer('K7QM', 'web', 'the disk is full', 'Pod a uses it'),
  );
  assert.equal(status, 403);
  assert.deepEqual(message.split('\n'), [
    'K7QM HELD by toolcrib: it was not sent, what it would destroy could not be kept (the disk is full).',
    'And Pod a uses it.',
    'To let it go without a net, and then send the same request again:',
    '  toolcrib approve K7QM --as-sent --without-net web',
  ]);
  assert.equal(details.causes[0].reason, 'ToolcribNotKept');
  assert.equal(bodyOf(notKeptAnswer('K7QM', 'web', 'x')).message.split('\n').length, 3);
});

test('what is gone at once is answered as the API server does', () => {
  const at = { group: 'apps', resource: 'deployments', name: 'web' };
  assert.deepEqual(goneStatus(at, 'u1'), {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { name: 'web', group: 'apps', kind: 'deployments', uid: 'u1' },
    code: 200,
  });
  assert.equal('group' in (goneStatus({ ...at, group: '' }, 'u1').details ?? {}), false);
});
