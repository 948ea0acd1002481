import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import type { Asker } from './witness.ts';

/** What the system has of processes and people; its own unless a test says otherwise. */
export interface System {
  /** The user id under which a process acts; undefined where nobody can tell. */
  uidOf(pid: number): number | undefined;
  /** Text of `/etc/passwd`; undefined where it can't be read. */
  passwd(): string | undefined;
  /** Whose process this is itself. */
  own: { uid: number; name: string };
}

/**
 * The name of the person at the other end of a connection, as the operating system tells: never a word of what is sent.
 * Where the process can't be told it is the socket's owner, since nobody else can open that (mode 0600).
 */
export function personOf(asker: Asker | undefined, system: System = thisSystem()): string {
  const uid = asker && system.uidOf(asker.pid);
  if (uid === undefined || uid === system.own.uid) return system.own.name;
  const line = system
    .passwd()
    ?.split('\n')
    .find((one) => one.split(':')[2] === String(uid));
  return line?.split(':')[0] || `uid ${uid}`;
}

function thisSystem(): System {
  const { uid, username } = userInfo();
  return { uidOf, passwd: () => read('/etc/passwd'), own: { uid, name: username } };
}

/** `Uid: real effective saved filesystem`; the owner of the folder in /proc would be root's for some. */
function uidOf(pid: number): number | undefined {
  const effective = /^Uid:\t\d+\t(\d+)/m.exec(read(`/proc/${pid}/status`) ?? '')?.[1];
  return effective === undefined ? undefined : Number(effective);
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
