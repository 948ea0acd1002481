import { nameText, ToolcribError } from '@toolcrib/model';
import { type ExecCredential, runExecPlugin } from './exec-plugin.ts';
import type { ContextConfig } from './kubeconfig.ts';
import { oidcTokens } from './oidc.ts';
import { pem, readText } from './pem.ts';

/** What proves to the cluster who is asking; PEM text for `cert` and `key`. */
interface Credential {
  headers: Record<string, string>;
  cert?: string;
  key?: string;
}

export interface Credentials {
  /** Fresh ones: read, run or renewed again where the last have expired. @throws ToolcribError `credentials` */
  current(): Promise<Credential>;
  /** The cluster has answered 401: what can be asked for anew is, next time. @returns whether anything can */
  rejected(): boolean;
}

export interface CredentialOptions {
  env: Record<string, string | undefined>;
  /** Milliseconds since 1970. */
  now?: () => number;
  /** A credential plugin may ask at this process's terminal. */
  interactive?: boolean;
}

/** Files are read anew after this time (ms): projected tokens and certificates are rotated under their names. */
const FILE_LIFE = 60_000;
/** A token that dies on the way helps nobody (ms). One that lives shorter than twice this is good for half of what it has left. */
const EARLY = 10_000;

/**
 * The credentials of a context's user, by kubectl's rules: data before file for certificates, `tokenFile`
 * before `token`, a plugin's answer kept until it expires.
 * @throws ToolcribError `credentials` for a user that no credentials can be made of
 */
export function openCredentials(context: ContextConfig, options: CredentialOptions): Credentials {
  const { user } = context;
  checkUser(context);
  const now = options.now ?? Date.now;
  const impersonation = impersonationHeaders(context);
  const dynamic = user.exec
    ? execSource(context, options, now)
    : user['auth-provider']
      ? oidcSource(context, options.env, now)
      : undefined;
  let files: { at: number; credential: Credential } | undefined;

  function fromFiles(): Credential {
    if (files && now() - files.at < FILE_LIFE) return files.credential;
    const credential = { headers: staticHeaders(context), ...certificate(context) };
    files = { at: now(), credential };
    return credential;
  }

  return {
    async current() {
      const base = fromFiles();
      const given = (await dynamic?.current()) ?? {};
      return {
        headers: {
          ...(given.token ? { Authorization: `Bearer ${given.token}` } : {}),
          ...base.headers,
          ...impersonation,
        },
        cert: given.cert ?? base.cert,
        key: given.key ?? base.key,
      };
    },
    rejected() {
      files = undefined;
      dynamic?.forget();
      return dynamic !== undefined || user.tokenFile !== undefined;
    },
  };
}

interface Source {
  current(): Promise<ExecCredential>;
  forget(): void;
}

function execSource(context: ContextConfig, options: CredentialOptions, now: () => number): Source {
  let kept: { credential: ExecCredential; until: number } | undefined;
  let running: Promise<ExecCredential> | undefined;
  return {
    async current() {
      if (kept && kept.until > now()) return kept.credential;
      // Many requests at once must not open many log-in windows. Who waited takes what came of it, however slow it was: to ask
      // once more would only wait for another that is as old.
      running ??= runExecPlugin(context.user.exec as NonNullable<typeof context.user.exec>, context, {
        env: options.env,
        interactive: options.interactive ?? false,
      })
        .then((credential) => {
          kept = { credential, until: goodUntil(credential, now()) };
          return credential;
        })
        .finally(() => {
          running = undefined;
        });
      return running;
    },
    forget() {
      kept = undefined;
    },
  };
}

/** Never before half of what was left when it came: a plugin of short tokens would be run for every single look. */
function goodUntil({ expiresAt = Number.POSITIVE_INFINITY }: ExecCredential, came: number): number {
  return Math.max(expiresAt - EARLY, came + (expiresAt - came) / 2);
}

function oidcSource(context: ContextConfig, env: CredentialOptions['env'], now: () => number): Source {
  const token = oidcTokens(context, { env, now });
  return {
    current: async () => ({ token: await token() }),
    // It knows by itself when its token expires; renewing an unexpired one that was refused helps nothing.
    forget: () => undefined,
  };
}

function checkUser(context: ContextConfig): void {
  const { user } = context;
  const provider = user['auth-provider']?.name;
  const fail = (why: string, next: string) => {
    throw new ToolcribError(
      'credentials',
      `The user ${nameText(context.userName ?? '')} of context ${nameText(context.name)} ${why}.`,
      { next },
    );
  };
  if (user.exec && provider)
    fail('has both exec and auth-provider', 'Remove one of them from the kubeconfig.');
  if (user.username && (user.token || user.tokenFile)) {
    fail('has both a token and a user name', 'Remove one of them from the kubeconfig.');
  }
  if (provider && provider !== 'oidc') {
    fail(
      `uses the auth-provider ${provider}, which kubectl has dropped too`,
      'Let your cloud’s command line write the kubeconfig anew: it will name a credential plugin (exec) instead.',
    );
  }
}

function staticHeaders(context: ContextConfig): Record<string, string> {
  const { user } = context;
  if (user.tokenFile) {
    return { Authorization: `Bearer ${readText(context, user.tokenFile, 'tokenFile').trim()}` };
  }
  if (user.token) return { Authorization: `Bearer ${user.token}` };
  if (user.username) {
    const pair = Buffer.from(`${user.username}:${user.password ?? ''}`).toString('base64');
    return { Authorization: `Basic ${pair}` };
  }
  return {};
}

function impersonationHeaders({ user }: ContextConfig): Record<string, string> {
  if (!user.as) return {};
  const groups = user['as-groups'] ?? [];
  const extra = Object.entries(user['as-user-extra'] ?? {});
  if (groups.length > 1 || extra.some(([, values]) => values.length > 1)) {
    throw new ToolcribError(
      'credentials',
      'A user that impersonates with several groups can’t be guarded yet.',
      {
        next: 'Use a context of your own rights, or one group.',
      },
    );
  }
  return {
    'Impersonate-User': user.as,
    ...(user['as-uid'] ? { 'Impersonate-Uid': user['as-uid'] } : {}),
    ...(groups[0] ? { 'Impersonate-Group': groups[0] } : {}),
    ...Object.fromEntries(
      extra.map(([name, [value = '']]) => [`Impersonate-Extra-${encodeURIComponent(name)}`, value]),
    ),
  };
}

function certificate(context: ContextConfig): { cert?: string; key?: string } {
  const { user } = context;
  const cert = pem(
    context,
    user['client-certificate-data'],
    user['client-certificate'],
    'client-certificate',
  );
  const key = pem(context, user['client-key-data'], user['client-key'], 'client-key');
  if (Boolean(cert) === Boolean(key)) return { cert, key };
  throw new ToolcribError(
    'credentials',
    `The user ${nameText(context.userName ?? '')} of context ${nameText(context.name)} has a client ${cert ? 'certificate without its key' : 'key without its certificate'}.`,
    { next: 'Add the other half to the kubeconfig.' },
  );
}
