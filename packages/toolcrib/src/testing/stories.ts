import { paths } from '@toolcrib/guard/testing/target.ts';
import type { Stage } from './stage.ts';

/** Where a workload `web` is. */
export const workload = (namespace: string, resource: string) => `${paths.apps(namespace, resource)}/web`;

/** An act and its requests, as the log tells them. */
interface Story {
  act: { id: string; title: string; caller: { tool?: { name: string; sha256: string }; agent?: boolean } };
  requests: { decision: { rule: string; wouldBe?: string }; state: string; snapshotId?: string }[];
}
export const stories = async (stage: Stage, namespace: string): Promise<Story[]> => {
  const { stdout } = await stage.home.cli('log', '-o', 'json', '-n', '100');
  return (JSON.parse(stdout) as Story[]).filter(({ act }) => act.title.includes(namespace));
};
