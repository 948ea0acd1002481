import type { PathReading } from '../../packages/guard/src/testing/path-reading.ts';
import type { Reading, Referee } from '../fuzz/referee.ts';

/** What the API server makes of each path, asked to delete it: its RequestInfo, and what was reached. */
export async function readPaths(
  referee: Referee,
  paths: string[],
): Promise<(PathReading | 'none' | 'refused')[]> {
  const readings = await referee.read(
    paths.map((path) => ({
      sent: { method: 'DELETE', path, query: '', contentTypes: [], body: new Uint8Array() },
      live: 1,
    })),
  );
  return readings.map(readingOf);
}

function readingOf({ isResource, status, resource, ...rest }: Reading): PathReading | 'none' | 'refused' {
  // No RequestInfo: the line itself was refused.
  if (resource === undefined && status === 400) return 'refused';
  if (!isResource) return 'none';
  const { group = '', namespace = '', name = '', subresource = '' } = rest;
  return { group, resource: resource ?? '', namespace, name, subresource };
}
