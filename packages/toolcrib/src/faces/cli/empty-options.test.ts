import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ToolcribError } from '@toolcrib/model';
import { Command, CommanderError, type Option } from 'commander';
import { refuseEmptyOptions } from './empty-options.ts';
import { programFor } from './program.ts';

interface Spot {
  /** `vet`, `verify` */
  path: string[];
  /** As many words as it must have. */
  words: string[];
  option: Option;
}

/** Every option of every command that takes a value, from the tree that parses the command line. */
function spotsOf(command: Command, path: string[] = []): Spot[] {
  const words = command.registeredArguments
    .filter(({ required }) => required)
    .map(({ argChoices }) => argChoices?.[0] ?? 'x');
  return [
    ...command.options
      .filter((option) => option.required || option.optional)
      .map((option) => ({ path, words, option })),
    ...command.commands.flatMap((one) => spotsOf(one, [...path, one.name()])),
  ];
}

async function failed(words: string[]): Promise<unknown> {
  const program = await programFor(words[0] ?? '');
  const quiet = (command: Command): void => {
    command.configureOutput({ writeErr: () => undefined });
    // Whatever this test finds: nothing is done.
    command.action(() => {
      throw new Error('it went on');
    });
    command.commands.forEach(quiet);
  };
  quiet(program);
  return program.parseAsync(words, { from: 'user' }).then(
    () => undefined,
    (error) => error,
  );
}

test('no option of any command takes nothing for a value: exit 2, and its name', async () => {
  const spots = spotsOf(await programFor(''));
  assert.ok(spots.length > 50, String(spots.length));
  for (const { path, words, option } of spots) {
    const typed = [...path, `${option.long}=`, ...words];
    const error = await failed(typed);
    // A number, and a word of a few, are refused as they are read.
    if (error instanceof CommanderError) assert.notEqual(error.exitCode, 0, typed.join(' '));
    else if (error instanceof ToolcribError) assert.equal(error.exitCode, 2, typed.join(' '));
    else assert.fail(`${typed.join(' ')}: ${error}`);
    const { message } = error as Error;
    assert.ok(message.includes(option.long ?? ''), `${typed.join(' ')}: ${message}`);
  }
});

test('the one empty word of several is found, one of the command above too, and what to do is said', async () => {
  for (const typed of [
    ['vet', '--verify', 'a.json', ''],
    ['vet', '--file', 'a', '--file', '', 'x'],
    ['vet', '--git', '', 'verify', 'x'],
  ]) {
    const error = await failed(typed);
    assert.ok(error instanceof ToolcribError, typed.join(' '));
    assert.match(error.message, /^--(verify|file|git) "": it is empty\.$/);
    assert.match(error.next ?? '', /leave it out/);
  }
});

test('what has something in it goes on; so does an option that was not given, whatever it is then', async () => {
  for (const typed of [
    ['log', '--context', 'prod', '-n', '3'],
    ['log', '--context', ' '],
    ['vet', '--git', '.', '--file', 'a', 'x'],
    ['sandbox'],
    ['held', 'BCDFG', '--all'],
  ])
    assert.match(String(await failed(typed)), /it went on/, typed.join(' '));
  const command = new Command('x').option('--name <name>', 'what', '').exitOverride();
  command.parse([], { from: 'user' });
  refuseEmptyOptions(command);
  command.parse(['--name', ''], { from: 'user' });
  assert.throws(() => refuseEmptyOptions(command), { code: 'usage', message: '--name "": it is empty.' });
});
