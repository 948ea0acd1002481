import { Cron } from 'croner';

/** When a CronJob is due. All times are milliseconds since 1970. */
export interface Schedule {
  /** The next time after `at`, or undefined where there is none. */
  next(at: number): number | undefined;
}

const UNITS: Record<string, number> = { h: 3_600_000, m: 60_000, s: 1_000 };
/** croner counts in whole seconds from a Date; its own timers are never used here. */
const PAUSED = { paused: true } as const;

/**
 * Reads a CronJob's schedule: five fields, `@hourly` and its kin, or `@every 1h30m`.
 * @param timeZone an IANA name; UTC by default
 * @throws Error for what can't be read
 */
export function parseSchedule(text: string, timeZone?: string): Schedule {
  const every = /^@every\s+((?:\d+(?:\.\d+)?[hms])+)$/.exec(text.trim());
  if (every) {
    const period = [...(every[1] ?? '').matchAll(/(\d+(?:\.\d+)?)([hms])/g)].reduce(
      (sum, [, count, unit]) => sum + Number(count) * (UNITS[unit ?? ''] ?? 0),
      0,
    );
    // Never more often than each second, as cron itself rounds.
    const step = Math.max(1_000, Math.floor(period / 1_000) * 1_000);
    return { next: (at) => Math.floor(at / 1_000) * 1_000 + step };
  }
  if (text.trim().split(/\s+/).length !== 5 && !text.startsWith('@')) {
    throw new Error(`expected exactly 5 fields, found ${text.trim().split(/\s+/).length}: [${text}]`);
  }
  const cron = new Cron(text, { ...PAUSED, timezone: timeZone ?? 'UTC' });
  return { next: (at) => cron.nextRun(new Date(at))?.getTime() };
}

/** Looked at most: a CronJob that was off for long must not be counted through minute by minute. */
const MOST_LOOKED_AT = 100;

/** The latest time due in (from, until], and whether there were too many to count. */
export function latestDue(
  schedule: Schedule,
  from: number,
  until: number,
): { at: number | undefined; tooMany: boolean } {
  let at: number | undefined;
  let count = 0;
  for (let next = schedule.next(from); next !== undefined && next <= until; next = schedule.next(next)) {
    at = next;
    if (++count > MOST_LOOKED_AT) {
      // Jump near the end: only the last one matters.
      const gap = next - (schedule.next(from) ?? next);
      const near = until - Math.max(60_000, (gap / count) * 3);
      if (near > next) next = near;
    }
    if (count > MOST_LOOKED_AT * 10) break;
  }
  return { at, tooMany: count > MOST_LOOKED_AT };
}
