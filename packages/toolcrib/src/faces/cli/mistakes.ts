import { shellWord } from '@toolcrib/model/commands';
import { ToolcribError } from '@toolcrib/model/errors';
import { nameText } from '@toolcrib/model/name-text';
import { nearest } from '@toolcrib/model/near';
import type { Command } from 'commander';

// What somebody types who does not know our words yet: each such line ends in one that says what to type instead.

/** Words that other programs have, and the command that does it here. */
const MEANT: Readonly<Record<string, readonly string[]>> = {
  'toolcrib undo ACT': ['rollback', 'restore', 'revert', 'recover'],
  'toolcrib guard status': ['status', 'ps', 'info'],
  'toolcrib guard start': ['start', 'up', 'serve'],
  'toolcrib guard stop': ['stop', 'down'],
  'toolcrib log': ['history', 'list', 'ls', 'acts', 'audit', 'show', 'get', 'last'],
  'toolcrib held': ['hold', 'holds', 'pending', 'queue', 'waiting', 'approvals'],
  'toolcrib approve CODE': ['allow', 'accept', 'confirm', 'yes', 'grant'],
  'toolcrib deny CODE': ['reject', 'refuse', 'no', 'block'],
  'toolcrib radius KIND/NAME': ['preview', 'plan', 'impact', 'blast', 'diff', 'dry-run', 'delete'],
  'toolcrib doctor': ['check', 'test', 'diagnose'],
  'eval "$(toolcrib on)"': ['enable', 'init', 'activate', 'install'],
  'eval "$(toolcrib off)"': ['disable', 'deactivate', 'exit', 'quit'],
  'toolcrib uninstall': ['remove', 'purge'],
  'toolcrib vet WHAT': ['scan', 'assess'],
  'toolcrib vet verify FILE': ['verify'],
  'toolcrib vet sbom FILE': ['sbom'],
  'toolcrib --version': ['version'],
};

/** Programs that are often typed where a command of ours is expected. */
const PROGRAMS = [
  'kubectl',
  'helm',
  'k9s',
  'oc',
  'flux',
  'argocd',
  'kustomize',
  'stern',
  'kubectx',
  'kubens',
];

/**
 * A word that is no command below `command`, with what was most likely meant.
 * @param rest what was typed behind it
 */
export function noSuchCommand(command: Command, word: string, rest: readonly string[] = []): ToolcribError {
  const above = pathOf(command);
  const isRoot = command.parent === null;
  const known = command
    .createHelp()
    .visibleCommands(command)
    .map((one) => one.name());
  // A whole word of another program's is no typing error of ours, however near.
  const meant = Object.entries(MEANT).find(([, words]) => words.includes(word.toLowerCase()))?.[0];
  const near = nearest(word, known)
    .slice(0, 2)
    .map((name) => `${above} ${name}`);
  const next =
    isRoot && PROGRAMS.includes(word)
      ? `To run it behind the guard:\n  ${above} run -- ${[word, ...rest].map(shellWord).join(' ')}`
      : isRoot && meant !== undefined
        ? `What does that here is: ${meant}`
        : near.length > 0
          ? `Did you mean ${near.join(', or ')}?`
          : `All commands: ${above} --help`;
  return new ToolcribError('usage', `There is no command ${nameText(word)}${isRoot ? '' : ` of ${above}`}.`, {
    next,
  });
}

/** Which arguments are missing most, and where to find them. By the names that our help gives them. */
const FROM: Readonly<Record<string, string>> = {
  act: 'Name the act: toolcrib log lists them, the last one first.',
  code: 'Name the code: toolcrib held lists what waits, and kubectl’s refusal begins with it.',
  'kind/name': 'For example: toolcrib radius sts/kafka -n streaming',
  command: 'For example: toolcrib run -- k9s',
  shell: 'One of bash, zsh, fish: toolcrib completion --help says where it goes.',
};

/** What the parser says of a line that it can't take, in the form of all our errors. */
export function usageText(said: string): string {
  const [, what = said, near] = /^error: (.*?)(?:\n\(Did you mean (.*)\?\))?\n?$/s.exec(said) ?? [];
  const missing = /^missing required argument '(.*)'$/.exec(what)?.[1];
  const next = near ? `Did you mean ${near}?` : missing === undefined ? undefined : FROM[missing];
  const sentence = /[.?!]$/.test(what) ? what : `${what}.`;
  return `toolcrib: ${sentence}\n${next === undefined ? '' : `  → ${next}\n`}`;
}

function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}
