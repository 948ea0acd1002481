import assert from 'node:assert/strict';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathsOf } from './paths.ts';

test('by the XDG base directories, each file under its own name', () => {
  const state = '/home/aiko/.local/state/toolcrib';
  assert.deepEqual(pathsOf({}, '/home/aiko'), {
    state,
    kubeconfig: `${state}/kubeconfig`,
    added: `${state}/kubeconfig.added`,
    addedTo: `${state}/added`,
    terminals: `${state}/terminals`,
    sources: `${state}/sources.json`,
    journal: `${state}/journal`,
    door: `${state}/door.json`,
    socket: `${state}/guard.sock`,
    runs: `${state}/runs`,
    log: `${state}/guard.log`,
    pid: `${state}/guard.pid`,
    lastGuard: `${state}/guard.id`,
    lock: `${state}/guard.lock`,
    startLock: `${state}/start.lock`,
    syncLock: `${state}/sync.lock`,
    failure: `${state}/guard.failed`,
    setup: `${state}/setup.json`,
    policy: '/home/aiko/.config/toolcrib/guard.yaml',
  });
  assert.deepEqual(pathsOf({}), pathsOf({}, homedir()));
});

test('XDG folders count where they are absolute, as their specification says', () => {
  const xdg = pathsOf({ XDG_STATE_HOME: '/s', XDG_CONFIG_HOME: '/c' }, '/home/aiko');
  assert.equal(xdg.door, '/s/toolcrib/door.json');
  assert.equal(xdg.policy, '/c/toolcrib/guard.yaml');
  const relative = pathsOf({ XDG_STATE_HOME: 's', XDG_CONFIG_HOME: 'not/absolute' }, '/home/aiko');
  assert.deepEqual(relative, pathsOf({}, '/home/aiko'));
  assert.deepEqual(
    pathsOf({ XDG_STATE_HOME: '', TOOLCRIB_HOME: '' }, '/home/aiko'),
    pathsOf({}, '/home/aiko'),
  );
});

test('TOOLCRIB_HOME puts all of it into one folder, the socket too, however long its name', () => {
  const own = pathsOf({ TOOLCRIB_HOME: '/t', XDG_STATE_HOME: '/s', XDG_CONFIG_HOME: '/c' }, '/home/aiko');
  for (const path of Object.values(own)) assert.match(path, /^\/t($|\/)/);
  assert.equal(own.policy, '/t/guard.yaml');
  assert.equal(pathsOf({ TOOLCRIB_HOME: 'here' }).state, join(process.cwd(), 'here'));
  // However long it is: what opens it finds a way (api/socket.ts), and nothing of ours lies where others may write.
  const deep = pathsOf({ TOOLCRIB_HOME: `/${'deep/'.repeat(40)}`, XDG_RUNTIME_DIR: '/run/user/1' });
  assert.equal(deep.socket, join(deep.state, 'guard.sock'));
});
