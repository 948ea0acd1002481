import { execFileSync } from 'node:child_process';

/** The Kubernetes release whose published schemas the generated files come from. */
export const KUBERNETES = { 'k8s.io/kubernetes': 'v1.35.4', 'k8s.io/api': 'v0.35.4' } as const;

/** The folder of a published Go module of the pinned version; downloads it through the module proxy when needed. */
export function moduleFolder(name: string, version?: string): string {
  const wanted = version ?? KUBERNETES[name as keyof typeof KUBERNETES];
  const answer = execFileSync('go', ['mod', 'download', '-json', `${name}@${wanted}`], {
    encoding: 'utf8',
    cwd: '/',
  });
  return (JSON.parse(answer) as { Dir: string }).Dir;
}
