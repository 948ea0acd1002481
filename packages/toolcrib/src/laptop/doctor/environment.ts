import type { Check, Finding, Patient } from './check.ts';

/** Variables by which a program finds a cluster without `KUBECONFIG`: the name, who reads it. */
const OTHER_WAYS: [name: string, who: string][] = [
  ['KUBE_CONFIG_PATH', 'Terraform’s providers'],
  ['KUBE_CONFIG_PATHS', 'Terraform’s providers'],
  ['KUBE_HOST', 'Terraform’s providers'],
  ['KUBE_TOKEN', 'Terraform’s providers'],
  ['KUBERNETES_MASTER', 'kubectl and older clients'],
  ['HELM_KUBEAPISERVER', 'helm'],
  ['HELM_KUBETOKEN', 'helm'],
  ['K8S_AUTH_KUBECONFIG', 'Ansible'],
  ['K8S_AUTH_HOST', 'Ansible'],
  ['KUBERNETES_SERVICE_HOST', 'clients that take themselves to be in a Pod'],
];
const PROXIES = ['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy'];
const LOOPBACK = ['127.0.0.1', '127.0.0.0/8', '127.0.0.1/8', '*'];

/** Variables that lead a program past the kubeconfig, or that keep it from reaching this machine. */
export const environment = {
  name: 'environment',
  async look({ env }: Pick<Patient, 'env'>) {
    const found: Finding[] = OTHER_WAYS.flatMap(([name, who]) => {
      const value = env[name];
      if (!value || value === env.TOOLCRIB_KUBECONFIG) return [];
      const shown = /TOKEN/.test(name) ? '' : ` (${value})`;
      const own = /CONFIG/.test(name) ? `export ${name}="$TOOLCRIB_KUBECONFIG", or` : '';
      return {
        state: 'finding' as const,
        text: `${name} is set${shown}: ${who} go there, and not where KUBECONFIG says.`,
        next: `${own} unset ${name}`.trim(),
      };
    });
    const proxy = PROXIES.find((name) => env[name]);
    const except = (env.NO_PROXY ?? env.no_proxy ?? '').split(',').map((part) => part.trim());
    if (proxy && !except.some((part) => LOOPBACK.includes(part))) {
      found.push({
        state: 'finding',
        text: `${proxy} is set and NO_PROXY does not name 127.0.0.1: Python and Node clients look for the guard at the proxy.`,
        next: 'export NO_PROXY="127.0.0.1,localhost,$NO_PROXY"',
      });
    }
    if (found.length > 0) return found;
    return [
      { state: 'guarded', text: 'No variable leads a program past KUBECONFIG, or keeps it from the guard.' },
    ];
  },
} satisfies Check;
