// When a release is said to be made: of the same commit always the same, so that two builds can be compared.
import { execFileSync } from 'node:child_process';

/** By https://reproducible-builds.org/docs/source-date-epoch/, else the time of the commit. @throws Error where there is neither */
export function madeAt(): Date {
  const given = process.env.SOURCE_DATE_EPOCH;
  if (given !== undefined && !/^\d+$/.test(given))
    throw new Error(`SOURCE_DATE_EPOCH is ${JSON.stringify(given)}: it wants seconds since 1970`);
  const seconds = given ?? execFileSync('git', ['log', '-1', '--format=%ct'], { encoding: 'utf8' }).trim();
  return new Date(Number(seconds) * 1000);
}
