import { z } from 'zod';
import { CITED } from './cited.ts';
import type { Criterion } from './criterion.ts';
import { daysBetween, decided, unknown } from './figures.ts';

const threshold = z.strictObject({
  /** Days without a commit by a person (or, from a registry alone, without a release) after which it counts as left. */
  maxQuietDays: z.number().positive().default(365),
});

export const maintained: Criterion<z.infer<typeof threshold>> = {
  id: 'maintained',
  title: 'Maintained: not archived, not deprecated',
  definition:
    'Nothing says that it has ended (the top of the README at the chosen version and on the main branch, the registry’s deprecation, deps.dev), and a person’s commit entered the main branch lately; where there is no history, a release was published lately.',
  source: CITED.conciseGuide,
  passes:
    'neither the README (of the version and of the main branch) nor the registry says it has ended, and a person worked on it within a year',
  from: 'git, registry',
  threshold,
  judge(evidence, { maxQuietDays }, now) {
    const history = evidence.first('git.history');
    const files = evidence.first('git.files');
    const main = evidence.first('git.main');
    const version = evidence.first('npm.version');
    const registry = evidence.first('npm.package');
    const other = evidence.first('depsdev.version');
    const ids = [history, files, main, version, registry, other].flatMap((fact) =>
      fact === undefined ? [] : [fact.id],
    );
    const readmes = [...(main?.value.readmes ?? []), ...(files?.value.readme ? [files.value.readme] : [])];
    const end = readmes.find(({ endOfLife }) => endOfLife)?.endOfLife;
    if (end) return decided(false, `its README says: “${end}”`, ids, { endOfLife: end });
    if (readmes.some(({ sha256 }) => sha256 === null))
      return unknown('its README is too large to be read', ids);
    if (version?.value.deprecated)
      return decided(false, `deprecated: “${version.value.deprecated}”`, ids, { deprecated: true });
    if (other?.value.deprecated === true)
      return decided(false, 'deps.dev calls this version deprecated', ids, { deprecated: true });
    // What could not be looked at may be what says so.
    const unseen = [...evidence.gaps('git.main'), ...evidence.gaps('npm.version')];
    if (unseen.length > 0) return unknown([...new Set(unseen)].join('; '), ids);
    if (history !== undefined) {
      if (main === undefined) return unknown('the README of its main branch was not read', ids);
      if (history.value.future > 0)
        return unknown(`${history.value.future} commits are dated in the future`, ids);
      if (history.value.lastHumanAt === null) return decided(false, 'no commit is by a person', ids, {});
      const quietDays = daysBetween(history.value.lastHumanAt, now);
      return decided(
        quietDays <= maxQuietDays,
        `the last commit by a person is ${quietDays} days old; at most ${maxQuietDays} wanted`,
        ids,
        { quietDays },
      );
    }
    const gaps = evidence.gaps('git.history');
    if (gaps.length > 0) return unknown(gaps.join('; '), ids);
    if (registry === undefined) return unknown('no source says whether it is kept', ids);
    if (registry.value.timesDoubt !== null) return unknown(registry.value.timesDoubt, ids);
    const last = registry.value.releases.at(-1);
    if (last === undefined) return unknown('no release has a time', ids);
    const quietDays = daysBetween(last.at, now);
    if (quietDays < -1) return unknown(`${last.version} is dated in the future`, ids);
    return decided(
      quietDays <= maxQuietDays,
      `not deprecated, and the last release is ${quietDays} days old; at most ${maxQuietDays} wanted`,
      ids,
      { quietDays },
    );
  },
};
