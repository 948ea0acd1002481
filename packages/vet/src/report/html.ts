import type { Verdict } from '@toolcrib/model';
import { viewOf } from '../criteria/criterion.ts';
import { releasesOf } from '../criteria/figures.ts';
import { criterionById } from '../criteria/index.ts';
import { factsOf } from '../pack/pack.ts';
import type { EvidencePack } from '../pack/schema.ts';
import { html } from './escape.ts';
import { basisOf, beforeByHand, byHandOf, nameOf, rowsOf, summary } from './model.ts';
import { contributorsOverTime, releaseIntervals } from './plots.ts';
import { STYLE } from './style.ts';

/** A word and a sign beside the colour. */
const MARK: Record<Verdict, string> = { pass: '✓ pass', fail: '✗ fail', unknown: '? unknown' };
const badge = (verdict: Verdict) => `<span class="v ${verdict}">${MARK[verdict]}</span>`;

/** One self-contained file: no script, nothing fetched; the policy in its head says so to the browser too. */
export function htmlReport(packs: readonly EvidencePack[]): string {
  const title = `Vetted: ${packs.map(nameOf).join(', ')}`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${html(title)}</title><style>${STYLE}</style></head><body>
<h1>${html(title)}</h1>
<p class="soft">pass, fail, or unknown where the evidence is missing; unknown never passes.</p>
${packs.length > 1 ? sideBySide(packs) : ''}
${packs.map(section).join('\n')}
</body></html>
`;
}

function section(pack: EvidencePack): string {
  const rows = rowsOf(pack).map(({ title, verdict, reason, required, waived }) => {
    const notes = [required ? '' : 'informs only', waived === undefined ? '' : `waived: ${waived}`].filter(
      Boolean,
    );
    const note = notes.length === 0 ? '' : `<br><span class="soft">${html(notes.join('; '))}</span>`;
    return `<tr><td>${badge(verdict)}</td><td>${html(title)}</td><td>${html(reason)}${note}</td></tr>`;
  });
  const job = pack.policy.job === undefined ? '' : ` for the job <b>${html(pack.policy.job)}</b>`;
  return `<section><h2>${badge(pack.verdict)} ${html(nameOf(pack))}</h2>
<p>${html(summary(pack))}</p>
<p class="soft"><code>${html(pack.subject.purl)}</code> assessed ${html(pack.assessedAt.slice(0, 16).replace('T', ' '))} UTC against <b>${html(pack.policy.profile)}</b>${job}${basisOf(
    pack,
  )
    .map((line) => `<br>${html(line)}`)
    .join('')}</p>
<table class="rows"><thead><tr><th>verdict</th><th>criterion</th><th>found</th></tr></thead><tbody>${rows.join('\n')}</tbody></table>
${plots(pack)}${byHand(pack)}${evidence(pack)}${definitions(pack)}</section>`;
}

function plots(pack: EvidencePack): string {
  const view = viewOf(pack.subject, factsOf(pack), pack.gaps);
  const now = Date.parse(pack.assessedAt);
  const history = view.first('git.history')?.value;
  const list = releasesOf(view);
  const releases =
    'doubt' in list ? [] : list.releases.filter(({ prerelease, at }) => !prerelease && at <= now);
  const figures = [
    ['Days between releases; the ring is the interval still open', releaseIntervals(releases, now)],
    ['People who committed, by month', history === undefined ? '' : contributorsOverTime(history, now)],
  ].filter(([, drawing]) => drawing !== '');
  if (figures.length === 0) return '';
  return `<div class="plots">${figures.map(([caption, drawing]) => `<figure>${drawing}<figcaption class="soft">${caption}</figcaption></figure>`).join('')}</div>\n`;
}

function byHand(pack: EvidencePack): string {
  const lines = byHandOf(pack).map(
    ({ criterion, figure, printed, command }) => `# ${criterion} ${figure} = ${printed}\n${command}`,
  );
  if (lines.length === 0) return '';
  const first = beforeByHand(pack);
  if (first !== undefined) lines.unshift(`# first\n${first}`);
  return `<details><summary>The same figures by hand</summary><pre>${lines.map((line) => line.split('\n').map(html).join('\n')).join('\n\n')}</pre></details>\n`;
}

function evidence(pack: EvidencePack): string {
  const facts = pack.evidence.map(
    ({ id, source, collectedAt, sha256 }) =>
      `<tr><td>${html(id)}</td><td>${html(source.kind)}: <code>${html(source.location)}</code>${source.command === undefined ? '' : `<br><code>${html(source.command)}</code>`}</td><td>${html(collectedAt.slice(0, 19))}<br><code>sha256:${html(sha256)}</code></td></tr>`,
  );
  const gaps = pack.gaps.map(
    ({ source, types, reason }) => `<li>${html(source)}: no ${html(types.join(', '))}: ${html(reason)}</li>`,
  );
  const holes = gaps.length === 0 ? '' : `<p>What could not be had:</p><ul>${gaps.join('')}</ul>`;
  return `<details><summary>Evidence (${pack.evidence.length} facts, ${pack.gaps.length} gaps)</summary><table class="rows"><tbody>${facts.join('\n')}</tbody></table>${holes}<p class="soft">Pack <code>sha256:${html(pack.sha256)}</code></p></details>\n`;
}

function definitions(pack: EvidencePack): string {
  const criteria = pack.results.flatMap(({ criterion }) => criterionById(criterion) ?? []);
  const items = criteria.map(({ id, title, definition, source }) => {
    const threshold = JSON.stringify(pack.policy.thresholds[id] ?? {});
    return `<h3>${html(title)}</h3><p>${html(definition)}</p><p class="soft">Threshold <code>${html(threshold)}</code>; ${html(source.title)}, <code>${html(source.url)}</code></p>`;
  });
  return `<details><summary>What each criterion measures, and where its threshold comes from</summary>${items.join('')}</details>`;
}

function sideBySide(packs: readonly EvidencePack[]): string {
  const ids = [...new Set(packs.flatMap((pack) => pack.results.map(({ criterion }) => criterion)))];
  const cell = (verdict: Verdict | undefined) => `<td>${verdict === undefined ? '–' : badge(verdict)}</td>`;
  const row = (id: string) =>
    `<tr><th scope="row">${html(criterionById(id)?.title ?? id)}</th>${packs.map((pack) => cell(pack.results.find(({ criterion }) => criterion === id)?.verdict)).join('')}</tr>`;
  const figures = FIGURES.map(
    ([label, id, key]) =>
      `<tr><th scope="row">${label}</th>${packs.map((pack) => `<td>${html(String(pack.results.find(({ criterion }) => criterion === id)?.numbers[key] ?? '–'))}</td>`).join('')}</tr>`,
  );
  return `<div class="scroll"><table class="compare"><thead><tr><th></th>${packs.map((pack) => `<th scope="col">${html(nameOf(pack))}</th>`).join('')}</tr></thead>
<tbody><tr><th scope="row">Verdict</th>${packs.map(({ verdict }) => cell(verdict)).join('')}</tr>
${ids.map(row).join('\n')}
${figures.join('\n')}</tbody></table></div>`;
}

/** Figures worth comparing: label, criterion, key of its numbers. */
const FIGURES = [
  ['people in a year', 'active-contributors', 'contributors'],
  ['half of the commits by', 'absence-factor', 'factor'],
  ['commits a week', 'commit-cadence', 'perWeek'],
  ['median days between releases', 'release-cadence', 'medianDays'],
  ['days since the last release', 'release-age', 'ageDays'],
  ['median days from fix to release', 'fix-to-release', 'medianDays'],
  ['licence', 'licence', 'expression'],
] as const;
