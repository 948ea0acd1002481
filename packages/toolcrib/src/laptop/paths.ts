import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** Where toolcrib keeps what is its own. Nothing of it stands in a file of the person's. */
export interface Paths {
  /** The state folder, mode 0700. */
  state: string;
  /** Our kubeconfig with the contexts of all terminals, for programs that have none. */
  kubeconfig: string;
  /** What other programs have written into it, moved out: it belongs to the person. */
  added: string;
  /** The same, of one list of files each: by the list’s mark. */
  addedTo: string;
  /** A folder for each terminal where toolcrib is on: its kubeconfig, complete, the only one in its `KUBECONFIG`. */
  terminals: string;
  /** The person's kubeconfig files, as they stood in `KUBECONFIG` when toolcrib was turned on. */
  sources: string;
  /** The journal's folder: its database and key. */
  journal: string;
  /** The door's CA, certificate, port and tokens. */
  door: string;
  /** The control API's unix socket. */
  socket: string;
  /** A folder for each run: its kubeconfig, for as long as it lives. */
  runs: string;
  log: string;
  pid: string;
  /** Which guard had the lock last, by the id under which its records stand in the journal. */
  lastGuard: string;
  /** Held by the guard as long as it lives. */
  lock: string;
  /** Held while somebody starts the guard or changes the state files. */
  startLock: string;
  /** Held while our kubeconfigs are brought up to date. */
  syncLock: string;
  /** Why the last start failed. */
  failure: string;
  /** What `setup` added to the person's own files, for `uninstall`. */
  setup: string;
  /** The person's policy; read only. */
  policy: string;
}

/** By the XDG base directories; `TOOLCRIB_HOME` puts all of it into one folder. */
export function pathsOf(env: Record<string, string | undefined>, home: string = homedir()): Paths {
  const own = env.TOOLCRIB_HOME ? resolve(env.TOOLCRIB_HOME) : undefined;
  const state = own ?? join(absolute(env.XDG_STATE_HOME) ?? join(home, '.local', 'state'), 'toolcrib');
  const config = own ?? join(absolute(env.XDG_CONFIG_HOME) ?? join(home, '.config'), 'toolcrib');
  return {
    state,
    kubeconfig: join(state, 'kubeconfig'),
    added: join(state, 'kubeconfig.added'),
    addedTo: join(state, 'added'),
    terminals: join(state, 'terminals'),
    sources: join(state, 'sources.json'),
    journal: join(state, 'journal'),
    door: join(state, 'door.json'),
    socket: join(state, 'guard.sock'),
    runs: join(state, 'runs'),
    log: join(state, 'guard.log'),
    pid: join(state, 'guard.pid'),
    lastGuard: join(state, 'guard.id'),
    lock: join(state, 'guard.lock'),
    startLock: join(state, 'start.lock'),
    syncLock: join(state, 'sync.lock'),
    failure: join(state, 'guard.failed'),
    setup: join(state, 'setup.json'),
    policy: join(config, 'guard.yaml'),
  };
}

/** The XDG specification: a path that is not absolute is to be ignored. */
function absolute(path: string | undefined): string | undefined {
  return path?.startsWith('/') ? path : undefined;
}
