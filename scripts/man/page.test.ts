import assert from 'node:assert/strict';
import { test } from 'node:test';
import { programFor } from '../../packages/toolcrib/src/faces/cli/program.ts';
import { nameOf, pageOf } from './page.ts';
import { manPages } from './pages.ts';
import { escaped } from './roff.ts';

const EDITION = { version: '1.2.3', date: '2026-12-01' };
const sectionsOf = (text: string) => [...text.matchAll(/^\.SH "?([^"\n]+)"?$/gm)].map(([, name]) => name);

test('every command that help shows has a page, with every section that a reader looks for', async () => {
  const pages = await manPages(EDITION);
  const program = await programFor('');
  const names = program.commands.filter((one) => one.name() !== 'complete').map((one) => one.name());
  for (const name of names) assert.ok(pages.has(`toolcrib-${name}.1`), name);
  assert.ok(pages.has('toolcrib-vet-trust-update.1') && pages.has('toolcrib-guard-stop.1'));
  assert.ok(!pages.has('toolcrib-complete.1'), 'what no help shows has none');
  for (const [file, text] of pages) {
    assert.deepEqual(
      sectionsOf(text),
      [
        ...['NAME', 'SYNOPSIS', 'DESCRIPTION', 'OPTIONS', 'EXIT STATUS', 'FILES', 'ENVIRONMENT'],
        ...['EXAMPLES', 'SEE ALSO'],
      ],
      file,
    );
    assert.match(text, /^\.TH TOOLCRIB\S* 1 2026-12-01 "toolcrib 1\.2\.3" "toolcrib manual"\n/);
    // Any roff reads ASCII.
    assert.match(text, /^[\n\x20-\x7e]*$/, file);
  }
});

test('the first page has the groups of help, and every page leads on to pages that there are', async () => {
  const pages = await manPages(EDITION);
  assert.match(pages.get('toolcrib.1') ?? '', /^\.SS At three in the morning$/m);
  for (const [file, text] of pages)
    for (const [, name = ''] of text.matchAll(/^\.BR (\S+) \(1\)/gm))
      assert.ok(pages.has(`${name.replaceAll('\\-', '-')}.1`), `${file}: ${name}`);
});

test('an exit code of its own stands beside that of wrong usage; where a program gives its own, there is none', async () => {
  const pages = await manPages(EDITION);
  const exits = (file: string) =>
    (pages.get(file) ?? '')
      .split('.SH "EXIT STATUS"')[1]
      ?.split('.SH')[0]
      ?.match(/\\fB\w+/g)
      ?.join(' ');
  assert.equal(exits('toolcrib-undo.1'), '\\fB0 \\fB1 \\fB2 \\fB3');
  assert.equal(exits('toolcrib-run.1'), '\\fB125 \\fB126 \\fB127 \\fBany');
});

test('a page is of the command, with the words that lead to it', async () => {
  const [undo] = (await programFor('undo')).commands;
  assert.ok(undo);
  const text = pageOf({ command: undo, path: 'toolcrib undo' }, ['toolcrib-log'], EDITION);
  assert.match(text, /\n\.SH SYNOPSIS\n\\fBtoolcrib undo\\fR \[options\] <act>\n/);
  assert.match(text, /\n\.SH "SEE ALSO"\n\.BR toolcrib\\-log \(1\)\n$/);
  assert.equal(nameOf('toolcrib vet trust'), 'toolcrib-vet-trust');
});

test('text is no request, and what a shell reads stays what it is', () => {
  assert.equal(
    escaped(".x -- 'a' `b` \\ ~ ^ …"),
    '\\&.x \\-\\- \\(aqa\\(aq \\(gab\\(ga \\(rs \\(ti \\(ha \\[u2026]',
  );
});
