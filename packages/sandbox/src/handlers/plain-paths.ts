import type { Reply } from '../request/reply.ts';

const VERSION = {
  major: '1',
  minor: '35',
  emulationMajor: '1',
  emulationMinor: '35',
  minCompatibilityMajor: '1',
  minCompatibilityMinor: '34',
  gitVersion: 'v1.35.4+toolcrib-sandbox',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '',
  goVersion: '',
  compiler: 'node',
  platform: `${process.platform}/${process.arch === 'x64' ? 'amd64' : process.arch}`,
};

const HEALTH = new Set(['/healthz', '/livez', '/readyz', '/healthz/ping', '/livez/ping', '/readyz/ping']);

/** `/version` and the health checks. */
export function plainReply(path: string): Reply | undefined {
  if (path === '/version') return { status: 200, body: VERSION };
  if (!HEALTH.has(path)) return undefined;
  return {
    status: 200,
    body: undefined,
    raw: { contentType: 'text/plain; charset=utf-8', body: 'ok' },
    headers: { 'x-content-type-options': 'nosniff' },
  };
}
