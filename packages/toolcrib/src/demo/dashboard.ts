import { request } from 'node:https';
import { parse } from 'yaml';

/** What the dashboard's menu is open for. */
interface Item {
  path: string;
  label: string;
}

/**
 * A dashboard with the bug of the incident: the menu's closures are made when the drawer opens and not again when
 * another object is shown in it. The screen says "Pod kafka-1", and Delete still means the StatefulSet.
 */
export function dashboard(kubeconfig: string) {
  const { url, ca, token } = accessOf(kubeconfig);
  let shown: Item | undefined;
  let onDelete: (() => Promise<Reply>) | undefined;
  return {
    open(item: Item): void {
      shown = item;
      // The bug: made once, for the first object that the drawer shows.
      onDelete ??= () => send(item);
    },
    /** What the person reads on the screen. */
    screen: () => shown?.label ?? '',
    pressDelete: (): Promise<Reply> => onDelete?.() ?? Promise.reject(new Error('nothing is open')),
  };

  function send(item: Item): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const target = new URL(url.pathname.replace(/\/$/, '') + item.path, url);
      const headers = { authorization: `Bearer ${token}`, 'user-agent': 'stale-menu-dashboard/5.5.1' };
      const call = request(target, { method: 'DELETE', ca, headers }, (response) => {
        let body = '';
        response.on('data', (chunk) => {
          body += chunk;
        });
        response.on('end', () =>
          resolve({
            request: `DELETE ${item.path}`,
            status: response.statusCode ?? 0,
            body,
            warnings: (response.headersDistinct.warning ?? []).map(textOf),
          }),
        );
      });
      call.on('error', reject);
      call.end();
    });
  }
}

export interface Reply {
  /** What really went over the wire. */
  request: string;
  status: number;
  body: string;
  /** The texts of the `Warning` headers, as a person is to read them. */
  warnings: string[];
}

/** `299 - "text"`, with what is escaped in it; what is of another form as it stands. */
function textOf(warning: string): string {
  const [, text] = /^\d{3} \S+ "((?:[^"\\]|\\.)*)"/.exec(warning) ?? [];
  return text?.replace(/\\(.)/g, '$1') ?? warning;
}

function accessOf(kubeconfig: string): { url: URL; ca: string; token: string } {
  const { clusters, users } = parse(kubeconfig) as {
    clusters: { cluster: { server: string; 'certificate-authority-data': string } }[];
    users: { user: { token: string } }[];
  };
  const cluster = clusters[0]?.cluster;
  const token = users[0]?.user.token;
  if (!cluster || !token) throw new Error('the kubeconfig has no cluster with a token');
  return {
    url: new URL(cluster.server),
    ca: Buffer.from(cluster['certificate-authority-data'], 'base64').toString(),
    token,
  };
}
