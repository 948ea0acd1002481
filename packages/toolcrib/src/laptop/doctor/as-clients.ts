import { isOurs, readKubeconfig } from '@toolcrib/guard/cluster';

type File = NonNullable<ReturnType<typeof readKubeconfig>>;

/** What a client takes out of `KUBECONFIG` for its current context. */
export interface Taken {
  context: string;
  namespace?: string;
  server?: string;
  /** Of the door, where it is one: nobody else's is ever sent anywhere from here. */
  token?: string;
  ca?: string;
}

export type Age = 'today' | 'old';

/**
 * The current context as client-go resolves it. Of a list the first file that has an entry wins today; until 2023, and with
 * it in k9s 0.27, clusters, users and contexts came from the *last* one, the current context from the first.
 * @returns undefined where there is none
 * @throws ToolcribError `no-kubeconfig`, `bad-file`
 */
export function takenBy(age: Age, files: readonly string[]): Taken | undefined {
  const read = files.flatMap((path) => readKubeconfig(path) ?? []);
  const inOrder = age === 'today' ? read : read.toReversed();
  const context = read.map((file) => file.currentContext).find((name) => name);
  if (!context) return undefined;
  const find = <Kind extends 'clusters' | 'users' | 'contexts'>(kind: Kind, name: string | undefined) => {
    for (const file of inOrder) {
      const entry = file[kind].find((item) => item.name === name);
      if (entry) return { entry: entry as File[Kind][number], file };
    }
    return undefined;
  };
  const entry = find('contexts', context)?.entry.context;
  if (!entry) return { context };
  const cluster = find('clusters', entry.cluster)?.entry.cluster;
  const user = find('users', entry.user);
  const ca = cluster?.['certificate-authority-data'];
  return {
    context,
    namespace: entry.namespace || undefined,
    server: cluster?.server,
    ...(user && isOurs(user.file) && user.entry.user.token ? { token: user.entry.user.token } : {}),
    ...(ca ? { ca: Buffer.from(ca, 'base64').toString() } : {}),
  };
}
