import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { uninstall } from '../../uninstall/uninstall.ts';
import { desktop } from '../doctor/desktop.ts';
import { pathsOf } from '../paths.ts';
import type { Place } from './app.ts';
import { apps } from './index.ts';
import { configure, listOf, remedy, restore, savedPath } from './settings.ts';

const root = mkdtempSync(join(tmpdir(), 'toolcrib-apps-'));
after(() => rmSync(root, { recursive: true }));

function aPlace(platform: NodeJS.Platform = 'linux') {
  const home = mkdtempSync(join(root, 'home-'));
  const place: Place = { home, platform, env: {} };
  const paths = pathsOf({ TOOLCRIB_HOME: join(home, 'state') });
  const write = (path: string, text: string) => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  };
  const doctor = async () => (await desktop.look({ ...place, paths })).map(({ state }) => state);
  return { home, place, paths, write, doctor };
}

const noJournal = () => assert.fail('there is no journal');

for (const app of apps.filter(({ clusters }) => clusters === 'list')) {
  describe(`${app.name}’s list of kubeconfigs`, () => {
    const BEFORE = JSON.stringify(
      {
        preferences: { colorTheme: 'dark', syncKubeconfigEntries: [{ filePath: '/home/aiko/.kube' }] },
        more: [1],
      },
      null,
      2,
    );

    it('becomes ours alone when asked to, and is put back byte by byte', async () => {
      const { place, paths, write, doctor } = aPlace();
      const settings = app.settings(place);
      assert.throws(() => configure(app, place, paths), { code: 'not-found' });
      write(settings, BEFORE);
      assert.deepEqual(listOf(app, place, paths.kubeconfig), {
        state: 'others',
        files: ['/home/aiko/.kube'],
      });
      configure(app, place, paths);
      configure(app, place, paths);
      assert.deepEqual(listOf(app, place, paths.kubeconfig), { state: 'ours' });
      assert.deepEqual(await doctor(), ['guarded']);
      const { preferences, more } = JSON.parse(readFileSync(settings, 'utf8'));
      assert.deepEqual([preferences.colorTheme, more], ['dark', [1]]);
      assert.equal(restore(app, paths), 'as-it-was');
      assert.equal(readFileSync(settings, 'utf8'), BEFORE);
    });

    it('with an entry that was added since: ours alone goes, the old ones come back, and that is said', async () => {
      for (const [before, expected] of [
        [BEFORE, ['/home/aiko/.kube', '/new']],
        ['{"preferences":{}}', ['/new']],
      ] as const) {
        const { home, place, paths, write } = aPlace();
        const settings = app.settings(place);
        write(settings, before);
        configure(app, place, paths);
        const store = JSON.parse(readFileSync(settings, 'utf8'));
        store.preferences.syncKubeconfigEntries.push({ filePath: '/new' });
        write(settings, JSON.stringify(store));
        assert.equal(restore(app, paths), 'without-ours');
        const listed = () => JSON.parse(readFileSync(settings, 'utf8')).preferences.syncKubeconfigEntries;
        const files = () => listed().map(({ filePath }: { filePath: string }) => filePath);
        assert.deepEqual(files(), expected);
        assert.equal(restore(app, paths), 'changed', 'nothing of ours is there');
        assert.deepEqual(files(), expected);
        await uninstall({ paths, env: {}, home, platform: process.platform }, noJournal, false);
        assert.deepEqual(files(), expected);
      }
    });

    it('a settings file that is a link stays one', () => {
      const { home, place, paths, write } = aPlace();
      const settings = app.settings(place);
      const real = join(home, 'dotfiles', 'settings.json');
      write(real, BEFORE);
      write(`${settings}.x`, '');
      symlinkSync(real, settings);
      configure(app, place, paths);
      assert.ok(lstatSync(settings).isSymbolicLink());
      assert.match(readFileSync(real, 'utf8'), /toolcrib|state/);
      assert.equal(restore(app, paths), 'as-it-was');
      assert.ok(lstatSync(settings).isSymbolicLink());
      assert.equal(readFileSync(real, 'utf8'), BEFORE);
    });

    it('what can’t be put back is named by uninstall, and keeps nothing else', async () => {
      for (const damage of ['what was kept', 'the settings'] as const) {
        const { home, place, paths, write } = aPlace();
        write(app.settings(place), BEFORE);
        configure(app, place, paths);
        write(damage === 'the settings' ? app.settings(place) : savedPath(app, paths), '{ half');
        write(join(paths.state, 'apps', 'other.json'), '{}');
        assert.throws(() => restore(app, paths), { code: 'bad-file' });
        const done = await uninstall({ paths, env: {}, home, platform: process.platform }, noJournal, false);
        const [stays] = done?.stays ?? [];
        assert.equal(stays?.path, savedPath(app, paths));
        assert.match(stays?.why ?? '', /Kubeconfig Syncs/);
        assert.ok(existsSync(savedPath(app, paths)));
        assert.equal(existsSync(join(paths.state, 'apps', 'other.json')), false);
        rmSync(savedPath(app, paths));
        await uninstall({ paths, env: {}, home, platform: process.platform }, noJournal, false);
        assert.equal(existsSync(paths.state), false);
      }
    });

    it('written by the program meanwhile: only the one field goes back, also by uninstall', async () => {
      for (const before of [BEFORE, '{"preferences":{"colorTheme":"dark"}}']) {
        const { home, place, paths, write } = aPlace();
        const settings = app.settings(place);
        write(settings, before);
        configure(app, place, paths);
        const store = JSON.parse(readFileSync(settings, 'utf8'));
        write(settings, JSON.stringify({ ...store, more: [2] }));
        await uninstall({ paths, env: {}, home, platform: process.platform }, noJournal, false);
        assert.deepEqual(JSON.parse(readFileSync(settings, 'utf8')), { ...JSON.parse(before), more: [2] });
        assert.equal(existsSync(join(paths.state, 'apps')), false);
      }
    });

    it('what was pasted into it goes round all the same; what is not understood is not touched', async () => {
      const { place, paths, write, doctor } = aPlace();
      write(app.settings(place), BEFORE);
      configure(app, place, paths);
      write(join(app.pasted?.(place) ?? '', 'one'), 'kubeconfig');
      assert.deepEqual(await doctor(), ['finding']);
      write(app.settings(place), '{"preferences":{"syncKubeconfigEntries":"?"}}');
      assert.deepEqual(await doctor(), ['unknown']);
      assert.throws(() => configure(app, place, paths), { code: 'bad-file' });
    });

    it('has a mode of its own, and keeps it', () => {
      const { place, paths, write } = aPlace();
      const settings = app.settings(place);
      write(settings, BEFORE);
      chmodSync(settings, 0o640);
      configure(app, place, paths);
      assert.equal(statSync(settings).mode & 0o777, 0o640);
      assert.equal(restore(app, paths), 'as-it-was');
      assert.equal(statSync(settings).mode & 0o777, 0o640);
      assert.deepEqual(readdirSync(dirname(settings)), [basename(settings)], 'nothing is left beside it');
    });

    it('where nothing was changed nothing is put back; where it is gone nothing is made', () => {
      const { place, paths, write } = aPlace();
      const settings = app.settings(place);
      assert.equal(restore(app, paths), 'nothing');
      const ours = JSON.stringify({
        preferences: { syncKubeconfigEntries: [{ filePath: paths.kubeconfig }] },
      });
      write(settings, ours);
      configure(app, place, paths);
      assert.equal(readFileSync(settings, 'utf8'), ours, 'it is ours alone already');
      assert.equal(restore(app, paths), 'nothing');
      write(settings, BEFORE);
      configure(app, place, paths);
      write(settings, BEFORE);
      assert.equal(restore(app, paths), 'as-it-was', 'somebody put it back by hand');
      rmSync(settings);
      assert.equal(restore(app, paths), 'gone');
      assert.equal(existsSync(settings), false);
    });

    it('is read as the program reads it: without a list the folder ~/.kube, an empty one is none of ours', () => {
      const { home, place, paths, write } = aPlace();
      const listed = (text: string) => {
        write(app.settings(place), text);
        return listOf(app, place, paths.kubeconfig);
      };
      assert.deepEqual(listOf(app, place, paths.kubeconfig), { state: 'not-used' });
      assert.deepEqual(listed('{}'), { state: 'others', files: [join(home, '.kube')] });
      assert.deepEqual(listed('{"preferences":{"syncKubeconfigEntries":[]}}'), {
        state: 'others',
        files: [],
      });
      const both = [{ filePath: '/a' }, { filePath: paths.kubeconfig }];
      assert.deepEqual(listed(JSON.stringify({ preferences: { syncKubeconfigEntries: both } })), {
        state: 'others',
        files: ['/a'],
      });
      const unread = listed('[]');
      assert.equal(unread.state, 'unread');
      assert.ok(unread.state === 'unread' && unread.why.includes(app.settings(place)));
    });

    it('what to do about it: the list is a setting, what was pasted only the program removes', () => {
      const { place } = aPlace();
      const pasted = join(app.pasted?.(place) ?? '', 'one');
      const command = new RegExp(`toolcrib app ${app.name} --configure`);
      assert.match(remedy(app, place, ['/a']), command);
      assert.match(remedy(app, place, [pasted, '/a']), command);
      assert.match(remedy(app, place, []), command);
      assert.match(remedy(app, place, [pasted]), new RegExp(`pasted into ${app.title}`));
    });
  });
}
