import type { Case } from './cases.ts';
import { type Guarded, SEEN_UID } from './guard.ts';
import type { Reading } from './referee.ts';

/** What the API server makes of a request as its client sent it, of what the guard sends, and of its dry run. */
export interface Readings {
  asSent: Reading;
  sends?: Reading;
  dry?: Reading;
}

/** Counted for the table; `fail` where the guard did not keep its word. */
export interface Verdict {
  counts: string[];
  fail?: { kind: string; why: string };
}

/** What the types' own validation would refuse a moment later, in the server's words: nothing reached the storage. */
function valid(reading: Reading): Reading {
  const negative = reading.op === 'update' && (reading.replicas ?? 0) < 0;
  const validates = !reading.group?.includes('.') || reading.subresource === 'scale';
  return negative && validates ? { ...reading, op: undefined, status: 422 } : reading;
}

/** Whether the request destroys or stops something, as the API server read it. */
function destroys({ op, dryRun, replicas }: Reading, live: number): boolean {
  if (op === undefined || op === 'create' || dryRun) return false;
  // Without the field it may come to nothing: a custom resource has no default of its own.
  return op !== 'update' || (replicas ?? 0) < live;
}

/** Compares the guard's reading of a request with the API server's. */
export function compare(
  guarded: Guarded,
  readings: Readings,
  { live, changed, disowns = false }: Pick<Case, 'live' | 'changed' | 'disowns'>,
): Verdict {
  const asSent = valid(readings.asSent);
  const sends = readings.sends && valid(readings.sends);
  const dry = readings.dry && valid(readings.dry);
  const counts = [`guard: ${guarded.does}${guarded.does === 'judge' ? ` ${guarded.effect.verb}` : ''}`];
  counts.push(
    asSent.op === undefined || asSent.status >= 400
      ? 'server: refuses'
      : destroys(asSent, live)
        ? 'server: destroys'
        : 'server: harmless',
  );
  const fail = (kind: string, why: string): Verdict => ({
    counts,
    fail: { kind, why },
  });
  const refused = asSent.op === undefined;
  // The generator's numbers and directives reach beyond what anybody sends: a grace of so many years, a list of `replicas`.
  const absurd = /gracePeriodSeconds is not a whole number|decides by chance/.test(
    'why' in guarded ? guarded.why : '',
  );
  if (
    changed === 0 &&
    !refused &&
    !absurd &&
    (guarded.does === 'not-understood' || guarded.does === 'refuse')
  ) {
    return fail('false alarm', guarded.why);
  }
  if (guarded.does === 'refuse' || guarded.does === 'not-understood') return { counts };
  if (sends === undefined) throw new Error('what is sent was not read');
  if (asSent.op === 'update' && sends !== asSent) {
    if (sends.op !== 'update') {
      counts.push('the server takes it as sent, not as the guard sends it');
      if (changed === 0) return fail('false alarm', `the server refuses what is sent: ${sends.why}`);
    } else if (sends.digest !== asSent.digest || (sends.dryRun ?? false) !== (asSent.dryRun ?? false)) {
      return fail('another object', `asked for ${told(asSent, live)}, sent ${told(sends, live)}`);
    }
  }
  if (guarded.does === 'pass') {
    // What has no size is lost by its owners alone.
    if (disowns) {
      const asked = guarded.owners === true || sends.op !== 'update' || sends.dryRun;
      return asked ? { counts } : fail('its owners are not asked for', `update ${sends.at}`);
    }
    if (destroys(sends, live))
      return fail(guarded.judged ? 'read as harmless' : 'not judged', told(sends, live));
    return { counts };
  }
  if (guarded.does === 'ask-server') {
    if (!destroys(sends, live)) return { counts };
    if (dry?.op !== undefined && !dry.dryRun) return fail('dry run that is none', told(dry, live));
    if (dry?.op === 'update' && (dry.replicas ?? 0) > (sends.replicas ?? 0))
      return fail('dry run says less', `dry ${told(dry, live)}, real ${told(sends, live)}`);
    return { counts };
  }
  const { effect } = guarded;
  if (sends.op === undefined) return { counts };
  if (refused && !effect.dryRun) counts.push('the server refuses it as sent, not as the guard sends it');
  if (effect.dryRun) {
    if (!sends.dryRun) return fail('dry run that is none', told(sends, live));
    return { counts };
  }
  if (effect.verb === 'scale') {
    if (destroys(sends, live) && (sends.replicas ?? 0) < effect.replicas)
      return fail('read as less', `judged as ${effect.replicas}, is ${told(sends, live)}`);
    if (changed === 0 && !sends.dryRun && sends.replicas !== effect.replicas)
      return fail('read otherwise', `judged as ${effect.replicas}, is ${told(sends, live)}`);
    return { counts };
  }
  // It is judged by what helm does next: what this write itself changes destroys nothing.
  if (effect.verb === 'uninstall') return { counts };
  if (sends.dryRun) {
    if (changed === 0)
      return fail('false alarm', `a dry run is judged as if it were none: ${told(sends, live)}`);
    // The server takes any value for a dry run where it does not look closer (an Eviction's).
    return { counts: [...counts, 'a dry run, judged as if it were none'] };
  }
  const same = sameDelete(effect, sends, asSent, refused);
  return same === undefined ? { counts } : fail('another delete', same);
}

type Deleting = Extract<Extract<Guarded, { does: 'judge' }>['effect'], { options: unknown }>;

const OPS = { delete: 'delete', 'delete-collection': 'deletecollection', evict: 'evict' } as const;

/** What differs between the delete that was judged, the one that is sent, and the one that was asked for. */
function sameDelete(effect: Deleting, sends: Reading, asSent: Reading, refused: boolean): string | undefined {
  if (sends.op !== OPS[effect.verb]) return `judged as ${effect.verb}, is ${sends.op}`;
  const { target } = effect;
  const [is, judged] = [sends, target].map((one) =>
    [one.group ?? '', one.resource, one.namespace ?? '', one.name ?? ''].join('/'),
  );
  const scope = (text: string) =>
    target.resource === 'namespaces' ? text.replace(/\/[^/]*\/([^/]*)$/, '//$1') : text;
  if (scope(is ?? '') !== scope(judged ?? '')) return `judged for ${judged}, is ${is}`;
  const sentOptions = optionsOf(sends.options);
  const judgedOptions = optionsOf({ ...effect.options } as Record<string, unknown>);
  if (effect.verb !== 'delete-collection') {
    const { uid } = (sends.options?.preconditions ?? {}) as { uid?: string };
    if (uid === undefined) return 'sent without a UID';
    if (uid !== SEEN_UID && wellFormed(uid) !== wellFormed(effect.options.preconditions?.uid))
      return `sent with the UID ${uid}`;
  } else if (
    !refused &&
    (sends.labelSelector !== asSent.labelSelector || sends.fieldSelector !== asSent.fieldSelector)
  ) {
    return 'another selector';
  }
  if (sentOptions !== judgedOptions) return `judged as ${judgedOptions}, is ${sentOptions}`;
  if (refused) return undefined;
  const asked = optionsOf(asSent.options);
  if (asSent.dryRun) return 'a dry run was asked for';
  return asked === judgedOptions ? undefined : `asked for as ${asked}, sent as ${sentOptions}`;
}

/** Half a surrogate pair, or bytes that are no UTF-8: replacement characters in Go's JSON too, but not as many. */
function wellFormed(text: string | undefined): string | undefined {
  return text === undefined
    ? undefined
    : Buffer.from(text)
        .toString()
        .replace(/\ufffd+/g, '\ufffd');
}

/** What the options come to, in one text; the preconditions' UID aside, which the guard adds. */
function optionsOf(options: Record<string, unknown> | undefined): string {
  const { gracePeriodSeconds, propagationPolicy, orphanDependents, preconditions, dryRun } = options ?? {};
  const { resourceVersion } = (preconditions ?? {}) as { resourceVersion?: string };
  return JSON.stringify({
    gracePeriodSeconds,
    propagationPolicy: propagationPolicy === '' ? undefined : propagationPolicy,
    orphanDependents,
    resourceVersion: wellFormed(resourceVersion),
    dryRun: Array.isArray(dryRun) && dryRun.length > 0 ? dryRun : undefined,
  });
}

function told({ op, at, dryRun, replicas }: Reading, live: number): string {
  const size = op === 'update' ? ` of ${live} replicas to ${replicas ?? 'none'}` : '';
  return `${op} ${at}${size}${dryRun ? ' (dry run)' : ''}`;
}
