import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ToolcribError } from '@toolcrib/model';
import { noSuchCommand, usageText } from './mistakes.ts';
import { programFor } from './program.ts';

const nextOf = async (word: string, ...rest: string[]) => {
  const error = noSuchCommand(await programFor(''), word, rest);
  assert.equal(error.code, 'usage');
  assert.ok(error.message.startsWith('There is no command '), error.message);
  return error.next ?? '';
};

test('a word of another program leads to what does it here, and a letter too many to the command', async () => {
  const table: [word: string, next: RegExp][] = [
    ['rollback', /: toolcrib undo ACT$/],
    ['Restore', /: toolcrib undo ACT$/],
    ['status', /: toolcrib guard status$/],
    ['enable', /: eval "\$\(toolcrib on\)"$/],
    ['version', /: toolcrib --version$/],
    ['gaurd', /^Did you mean toolcrib guard\?$/],
    ['aprove', /^Did you mean toolcrib approve\?$/],
    ['frobnicate', /^All commands: toolcrib --help$/],
  ];
  for (const [word, next] of table) assert.match(await nextOf(word), next, word);
});

test('what is meant by a word is a command that there is, and no command of ours is taken for another word', async () => {
  const { commands } = await programFor('');
  for (const { name } of commands.map((one) => ({ name: one.name() })))
    assert.doesNotMatch(await nextOf(name), /What does that here/, name);
  for (const word of [
    'rollback',
    'start',
    'ls',
    'pending',
    'allow',
    'reject',
    'plan',
    'check',
    'remove',
    'scan',
  ]) {
    const named = /toolcrib (\w+)(?: ([a-z]+))?/.exec(await nextOf(word));
    const found = commands.find((one) => one.name() === named?.[1]);
    assert.ok(found, word);
    if (named?.[2] !== undefined)
      assert.ok(
        found.commands.some((one) => one.name() === named[2]),
        word,
      );
  }
});

test('another program is run behind the guard, with all that was typed', async () => {
  assert.match(
    await nextOf('kubectl', 'delete', 'pod', 'a b', '--now'),
    /\n {2}toolcrib run -- kubectl delete pod 'a b' --now$/,
  );
});

test('below a command its own are meant', async () => {
  const guard = (await programFor('guard')).commands[0];
  assert.ok(guard);
  const { message, next } = noSuchCommand(guard, 'stat');
  assert.equal(message, 'There is no command stat of toolcrib guard.');
  assert.match(next ?? '', /^Did you mean toolcrib guard start, or toolcrib guard status\?$/);
  // A word that is meant at the top is not here.
  assert.doesNotMatch(noSuchCommand(guard, 'history').next ?? '', /toolcrib log/);
});

test('the groups with commands of their own say it, too', async () => {
  for (const words of [['rollback'], ['guard', 'stat'], ['vet', 'trust', 'shw']]) {
    const program = await programFor(words[0] ?? '');
    await assert.rejects(program.parseAsync(words, { from: 'user' }), (error) => {
      assert.ok(error instanceof ToolcribError);
      assert.match(`${error.message} ${error.next}`, /There is no command/);
      return true;
    });
  }
});

test('what the parser refuses is said as all our errors, with the next step where it is known', () => {
  const table: [said: string, text: string][] = [
    [
      "error: missing required argument 'act'\n",
      "toolcrib: missing required argument 'act'.\n  → Name the act: toolcrib log lists them, the last one first.\n",
    ],
    [
      "error: unknown option '--contxt'\n(Did you mean --context?)\n",
      "toolcrib: unknown option '--contxt'.\n  → Did you mean --context?\n",
    ],
    ["error: missing required argument 'file'\n", "toolcrib: missing required argument 'file'.\n"],
    ['error: It takes a whole number, 0 or more.\n', 'toolcrib: It takes a whole number, 0 or more.\n'],
  ];
  for (const [said, text] of table) assert.equal(usageText(said), text);
});
