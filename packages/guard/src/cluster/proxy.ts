import { BlockList, isIP } from 'node:net';
import { ToolcribError } from '@toolcrib/model';
import type { ContextConfig } from './kubeconfig.ts';

type Env = Record<string, string | undefined>;

/**
 * The proxy on the way to a cluster: the kubeconfig's `proxy-url`, else `HTTPS_PROXY`/`HTTP_PROXY` unless
 * `NO_PROXY` or the loopback says otherwise, as Go's net/http has it.
 * @throws ToolcribError `bad-file` or `usage` for an address that is none
 */
export function proxyFor(url: URL, context: ContextConfig, env: Env): URL | undefined {
  const own = context.cluster['proxy-url'];
  if (own)
    return proxyUrl(own, 'bad-file', `proxy-url of the cluster ${context.clusterName} in ${context.file}`);
  const name = url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const given = env[name] || env[name.toLowerCase()];
  if (!given || isDirect(url, env.NO_PROXY || env.no_proxy || '')) return undefined;
  return proxyUrl(
    /^[a-z0-9]+:\/\//i.test(given) ? given : `http://${given}`,
    'usage',
    `environment variable ${name}`,
  );
}

const PROTOCOLS = ['http:', 'https:', 'socks5:'];

function proxyUrl(text: string, code: 'bad-file' | 'usage', where: string): URL {
  const url = URL.parse(text);
  if (url && PROTOCOLS.includes(url.protocol)) return url;
  // Without the text itself: proxies are often given with a password.
  throw new ToolcribError(code, `The ${where} is no http, https or socks5 address.`, {
    next: 'Write it as http://proxy.example:3128',
  });
}

/** `NO_PROXY`: `*`, names and their subdomains, `.suffix`, addresses, CIDR ranges; each may have a port. */
function isDirect(url: URL, noProxy: string): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  if (host === 'localhost' || host === '::1' || host.startsWith('127.')) return true;
  return noProxy.split(',').some((part) => {
    const entry = part.trim().toLowerCase();
    if (entry === '') return false;
    if (entry === '*') return true;
    if (entry.includes('/')) return inRange(host, entry);
    if (isIP(entry) > 0) return entry === host;
    const [, name = '', only] = /^\[?(.*?)\]?(?::(\d+))?$/.exec(entry) ?? [];
    if (only !== undefined && only !== port) return false;
    const suffix = name.replace(/^\*?\./, '');
    return host.endsWith(`.${suffix}`) || (host === suffix && !/^\*?\./.test(name));
  });
}

function inRange(host: string, cidr: string): boolean {
  const [net = '', bits = ''] = cidr.split('/');
  const family = isIP(net);
  if (family === 0 || isIP(host) !== family || !/^\d+$/.test(bits)) return false;
  const type = family === 4 ? 'ipv4' : 'ipv6';
  if (Number(bits) > (family === 4 ? 32 : 128)) return false;
  const ranges = new BlockList();
  ranges.addSubnet(net, Number(bits), type);
  return ranges.check(host, type);
}
