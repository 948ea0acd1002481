import { createHash } from 'node:crypto';
import type { Evidence } from '@toolcrib/model';
import type { Subject } from './evidence.ts';
import type { FactType, FactValue } from './index.ts';

/** One fact with its value typed by its type. */
export type Fact<T extends FactType = FactType> = { [K in T]: Evidence<FactValue<K>> & { type: K } }[T];

/** `purl@version`, or the bare purl where the fact is of the project and not of one version. */
export function subjectId(subject: Subject, ofVersion: boolean): string {
  return ofVersion && subject.version !== undefined ? `${subject.purl}@${subject.version}` : subject.purl;
}

/**
 * Makes one fact. Its id is its type; where a subject has several of a type, the collector numbers them.
 *
 * @param about `sha256` is over the bytes that were read, not over `value`
 */
export function fact<T extends FactType>(
  type: T,
  value: FactValue<T>,
  about: {
    subject: string;
    source: { kind: string; location: string; command?: string };
    sha256: string;
    context: { now(): number };
  },
): Fact<T> {
  const collectedAt = new Date(about.context.now()).toISOString();
  const made = {
    id: type,
    subject: about.subject,
    source: about.source,
    collectedAt,
    sha256: about.sha256,
    type,
    value,
  };
  return made as unknown as Fact<T>;
}

export function sha256(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
