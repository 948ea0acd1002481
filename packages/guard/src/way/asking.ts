// Step: read
import type { As, Cluster } from '@toolcrib/model';
import { impersonation } from '../look/impersonation.ts';
import { contentOf, type ReadRequest } from '../read/content.ts';
import type { AskedRequest } from '../request.ts';
import { senderOf } from './request-key.ts';

/** A request, as whom it is made, and of which cluster: found out once, and handed from step to step. */
export interface Asking {
  request: ReadRequest;
  /** The guard's own reads for it are made as the same person. */
  as: As | undefined;
  /** Which tool or agent sends it, and as whom. */
  sender: string;
  /** The cluster of its context, asked for by the first step that needs one. @throws ToolcribError `unknown-context`, `credentials` */
  cluster(): Promise<Cluster>;
}

/** Once its cluster is known. */
export interface Asked extends Pick<Asking, 'request' | 'as' | 'sender'> {
  cluster: Cluster;
}

export interface Clusters {
  /** @throws ToolcribError `unknown-context`, `credentials` */
  clusterFor(context: string): Promise<Cluster>;
}

/** What a request is judged by from its first step on. */
export function asking({ clusterFor }: Clusters, asked: AskedRequest): Asking {
  const request = { ...asked, content: contentOf(asked) };
  const as = impersonation(asked.headers);
  let cluster: Promise<Cluster> | undefined;
  return {
    request,
    as,
    sender: senderOf(asked, as),
    cluster() {
      cluster ??= clusterFor(asked.context);
      return cluster;
    },
  };
}

/** The same request in another form: whose it is stays. */
export function inForm(from: Asking, request: ReadRequest): Asking {
  return { ...from, request };
}

/** With its cluster. @throws ToolcribError `unknown-context`, `credentials` */
export async function withCluster({ cluster, ...asked }: Asking): Promise<Asked> {
  return { ...asked, cluster: await cluster() };
}
