import { appendFileSync, chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Every setting that makes git run a program, each pointing at one that leaves a mark.
 *
 * @param dir a git directory
 * @returns the file that exists once one of them was run
 */
export function setTrap(dir: string, scratch: string): string {
  const mark = join(scratch, `ran-${Math.random().toString(36).slice(2)}`);
  const program = `${mark}.sh`;
  writeFileSync(`${mark}.config`, '[core]\n');
  writeFileSync(program, `#!/bin/sh\ntouch ${mark}\ncat\n`);
  chmodSync(program, 0o755);
  const settings = [
    '[core]',
    `fsmonitor = ${program}`,
    `sshCommand = ${program}`,
    `pager = ${program}`,
    `editor = ${program}`,
    `gitProxy = ${program}`,
    `alternateRefsCommand = ${program}`,
    `hooksPath = ${scratch}`,
    `askPass = ${program}`,
    '[gpg]',
    `program = ${program}`,
    '[gpg "ssh"]',
    `program = ${program}`,
    `defaultKeyCommand = ${program}`,
    '[gpg "x509"]',
    `program = ${program}`,
    '[log]',
    'showSignature = true',
    '[diff]',
    `external = ${program}`,
    '[diff "x"]',
    `textconv = ${program}`,
    `command = ${program}`,
    '[filter "x"]',
    `smudge = ${program}`,
    `clean = ${program}`,
    `process = ${program}`,
    '[credential]',
    `helper = !${program}`,
    '[alias]',
    `log = !${program}`,
    `cat-file = !${program}`,
    '[uploadpack]',
    `packObjectsHook = ${program}`,
    '[include]',
    `path = ${mark}.config`,
    '[mailmap]',
    `file = ${program}`,
  ];
  appendFileSync(join(dir, 'config'), `${settings.join('\n')}\n`);
  mkdirSync(join(dir, 'info'), { recursive: true });
  writeFileSync(join(dir, 'info', 'attributes'), '* filter=x diff=x\n');
  for (const hook of [
    'post-checkout',
    'reference-transaction',
    'pre-auto-gc',
    'post-index-change',
    'fsmonitor-watchman',
  ])
    for (const place of [join(dir, 'hooks', hook), join(scratch, hook)]) {
      mkdirSync(join(place, '..'), { recursive: true });
      writeFileSync(place, `#!/bin/sh\ntouch ${mark}\n`);
      chmodSync(place, 0o755);
    }
  return mark;
}
