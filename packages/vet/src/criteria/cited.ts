/** The published documents that thresholds are taken from. */
export const CITED = {
  conciseGuide: {
    title: 'OpenSSF Concise Guide for Evaluating Open Source Software (2025-03-28)',
    url: 'https://best.openssf.org/Concise-Guide-for-Evaluating-Open-Source-Software',
  },
  scorecardMaintained: {
    title: 'OpenSSF Scorecard, Maintained',
    url: 'https://github.com/ossf/scorecard/blob/main/docs/checks.md#maintained',
  },
  badgePassing: {
    title: 'OpenSSF Best Practices Badge, passing',
    url: 'https://www.bestpractices.dev/en/criteria/0',
  },
  badgeSilver: {
    title: 'OpenSSF Best Practices Badge, silver (bus_factor)',
    url: 'https://www.bestpractices.dev/en/criteria/1',
  },
  absenceFactor: {
    title: 'CHAOSS, Contributor Absence Factor; threshold: OpenSSF Best Practices Badge, silver (bus_factor)',
    url: 'https://chaoss.community/kb/metric-contributor-absence-factor/',
  },
  releaseFrequency: {
    title: 'CHAOSS, Release Frequency; threshold: OpenSSF Concise Guide (a release within 12 months)',
    url: 'https://chaoss.community/kb/metric-release-frequency/',
  },
  signing: { title: 'OSPS Baseline BR-06.01', url: 'https://baseline.openssf.org/#osps-br-06' },
  licence: { title: 'OSPS Baseline LE-02.01', url: 'https://baseline.openssf.org/#osps-le-02' },
  sbom: { title: 'OSPS Baseline QA-02.02', url: 'https://baseline.openssf.org/#osps-qa-02' },
  disclosure: { title: 'OSPS Baseline VM-01.01', url: 'https://baseline.openssf.org/#osps-vm-01' },
  coolDown: {
    title:
      'W. Woodruff, We should all be using dependency cooldowns (2025-11-21): seven days would have kept out 8 of 10',
    url: 'https://blog.yossarian.net/2025/11/21/We-should-all-be-using-dependency-cooldowns',
  },
  slsa: { title: 'SLSA 1.0, Provenance exists (Build L1)', url: 'https://slsa.dev/spec/v1.0/levels' },
} as const;
