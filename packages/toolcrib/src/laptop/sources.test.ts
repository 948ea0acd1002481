import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { takeLock } from './files.ts';
import { pathsOf } from './paths.ts';
import {
  addedFiles,
  changeSources,
  forgotten,
  labelIn,
  personFiles,
  rememberedSources,
  sourceHere,
  sourceOf,
  sourcesOf,
  stillThere,
} from './sources.ts';
import { openTerminal } from './terminals.ts';

const root = mkdtempSync(join(tmpdir(), 'toolcrib-sources-'));
after(() => rmSync(root, { recursive: true }));
const HOME = '/home/aiko';
const ALONE = { key: 'one', above: [] };
const aState = () => pathsOf({ TOOLCRIB_HOME: mkdtempSync(join(root, 'state-')) });

test('a list is told by its files in their order', () => {
  const paths = aState();
  const one = sourceOf(paths, ['/a', '/b']);
  const mark = createHash('sha256').update('["/a","/b"]').digest('hex').slice(0, 8);
  assert.deepEqual(one, { files: ['/a', '/b'], mark, marked: [], added: join(paths.addedTo, mark) });
  assert.notEqual(sourceOf(paths, ['/b', '/a']).mark, mark);
  assert.deepEqual(sourceOf(paths, ['/a'], ['prod']).marked, ['prod']);
});

test('a label is the context’s name, with the mark where it means another thing elsewhere', () => {
  const source = { mark: '01234567', marked: ['prod'] };
  assert.equal(labelIn(source, 'prod'), 'prod~01234567');
  assert.equal(labelIn(source, 'test'), 'test');
  // The one name that is no key like any other in an object.
  assert.equal(labelIn({ mark: '01234567', marked: [] }, '__proto__'), '__proto__~01234567');
  assert.equal(labelIn({ mark: '01234567', marked: [] }, 'constructor'), 'constructor');
});

test('the person’s files are those of KUBECONFIG without ours, else the one that kubectl takes', () => {
  const paths = aState();
  const files = (KUBECONFIG?: string, more: Record<string, string> = {}) =>
    personFiles(paths, { KUBECONFIG, ...more }, HOME);
  const own = [`${HOME}/.kube/config`];
  assert.deepEqual(files(), own);
  assert.deepEqual(files(''), own);
  assert.deepEqual(files('/a:/b'), ['/a', '/b']);
  assert.deepEqual(files('/a:/b:/a'), ['/a', '/b'], 'each once');
  assert.deepEqual(files(`${paths.kubeconfig}:/a`), ['/a']);
  assert.deepEqual(files(paths.kubeconfig), own);
  // Ours stands for the files that it was made from.
  const { kubeconfig } = openTerminal(paths, {}, ['/x', '/y'], ALONE);
  assert.deepEqual(files(kubeconfig), ['/x', '/y']);
  assert.deepEqual(files(`${kubeconfig}:/a:/y`), ['/a', '/y', '/x']);
  // Its folder is gone: what `on` wrote into the environment still tells.
  rmSync(paths.terminals, { recursive: true });
  assert.deepEqual(files(kubeconfig), own);
  assert.deepEqual(files(kubeconfig, { TOOLCRIB_KUBECONFIG_THEIRS: '/x:/y' }), ['/x', '/y']);
  assert.deepEqual(files(kubeconfig, { TOOLCRIB_KUBECONFIG_THEIRS: '' }), own);
  assert.deepEqual(files('/a', { TOOLCRIB_KUBECONFIG_THEIRS: '/x' }), ['/a'], 'ours is not there');
});

test('what is remembered is found again as it was, and nothing is written where nothing changes', () => {
  const paths = aState();
  assert.equal(rememberedSources(paths), undefined);
  assert.equal(forgotten(paths), undefined);
  const [a, b] = [sourceOf(paths, ['/a']), sourceOf(paths, ['/b', '/c'], ['prod'])];
  const written = changeSources(paths, (now) => {
    assert.equal(now, undefined);
    return { sources: [a, b], forgotten: ['gone'] };
  });
  assert.deepEqual(written, { sources: [a, b], forgotten: ['gone'] });
  assert.deepEqual(rememberedSources(paths), [a, b]);
  assert.deepEqual(forgotten(paths), ['gone']);
  const text = readFileSync(paths.sources, 'utf8');
  assert.deepEqual(JSON.parse(text), {
    lists: [['/a'], ['/b', '/c']],
    marked: { [b.mark]: ['prod'] },
    forgotten: ['gone'],
  });
  assert.equal(
    changeSources(paths, (now) => {
      assert.deepEqual(now, { sources: [a, b], forgotten: ['gone'] });
      return undefined;
    }),
    undefined,
  );
  assert.equal(readFileSync(paths.sources, 'utf8'), text);
  changeSources(paths, () => ({ sources: [a] }));
  assert.deepEqual(JSON.parse(readFileSync(paths.sources, 'utf8')), { lists: [['/a']] });
  assert.equal(forgotten(paths), undefined);
});

test('one list for all, as it was written at first, is one list', () => {
  const paths = aState();
  writeFileSync(paths.sources, '{"files":["/a","/b"]}');
  assert.deepEqual(rememberedSources(paths), [sourceOf(paths, ['/a', '/b'])]);
});

test('a damaged file is named, with what to do', () => {
  const paths = aState();
  for (const text of ['{ half', '{}', '{"lists":"/a"}', '']) {
    writeFileSync(paths.sources, text);
    assert.throws(
      () => rememberedSources(paths),
      (error: { code: string; message: string; next: string }) => {
        assert.equal(error.code, 'bad-file');
        assert.ok(error.message.includes(paths.sources));
        assert.ok(error.next.includes(`rm ${paths.sources}`));
        return true;
      },
    );
  }
});

test('only one changes it at a time; who waits in vain is told, and what was begun lets go', () => {
  const paths = aState();
  const release = takeLock(`${paths.sources}.lock`);
  assert.throws(() => changeSources(paths, () => assert.fail('not its turn')), { code: 'conflict' });
  release?.();
  assert.throws(() => changeSources(paths, () => assert.fail('its own fault')), /its own fault/);
  assert.ok(changeSources(paths, () => ({ sources: [] })));
});

test('as remembered, else the files of this environment; and of these the terminal’s own', () => {
  const paths = aState();
  const here = { KUBECONFIG: '/b' };
  assert.deepEqual(sourcesOf(paths, here, HOME), [sourceOf(paths, ['/b'])]);
  assert.deepEqual(sourceHere(paths, here, HOME), sourceOf(paths, ['/b']));
  const known = [sourceOf(paths, ['/a']), sourceOf(paths, ['/b'], ['prod'])];
  changeSources(paths, () => ({ sources: known }));
  assert.deepEqual(sourcesOf(paths, here, HOME), known);
  assert.deepEqual(sourceHere(paths, here, HOME), known[1]);
  assert.deepEqual(sourceHere(paths, { KUBECONFIG: '/c' }, HOME), sourceOf(paths, ['/c']));
});

test('a list is there as long as one of its files is', () => {
  const paths = aState();
  const file = join(paths.state, 'config');
  assert.equal(stillThere(sourceOf(paths, [file, '/none'])), false);
  writeFileSync(file, '');
  assert.equal(stillThere(sourceOf(paths, ['/none', file])), true);
  assert.equal(stillThere(sourceOf(paths, [])), false);
});

test('of the files for what other programs added, those that are there', () => {
  const paths = aState();
  const env = { KUBECONFIG: '/a' };
  assert.deepEqual(addedFiles(paths, env, HOME), []);
  writeFileSync(paths.added, '');
  assert.deepEqual(addedFiles(paths, env, HOME), [paths.added]);
  const { added } = sourceOf(paths, ['/a']);
  mkdirSync(paths.addedTo);
  writeFileSync(added, '');
  assert.deepEqual(addedFiles(paths, env, HOME), [added, paths.added]);
});
