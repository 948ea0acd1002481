import { category } from '../step.ts';
import { pod } from './objects.ts';
import { running } from './states.ts';

const meta = (name: string) => ({ metadata: { name } });

/** What a cluster has besides objects, and kinds that few tools touch: here the sandbox may say that it has them not. */
export const elsewhere = category('beyond', {
  ReplicationControllers: async (t) => {
    const selector = { app: 'old' };
    await t.post('replicationcontrollers', {
      apiVersion: 'v1',
      kind: 'ReplicationController',
      ...meta('old'),
      spec: { replicas: 0, selector, template: { metadata: { labels: selector }, spec: pod('x').spec } },
    });
  },
  RuntimeClasses: async (t) => {
    const name = t.unique('rc');
    await t.post('runtimeclasses', {
      apiVersion: 'node.k8s.io/v1',
      kind: 'RuntimeClass',
      ...meta(name),
      handler: 'none',
    });
    await t.delete('runtimeclasses', name, undefined, { quiet: true });
  },
  'webhook configurations': async (t) => {
    const name = t.unique('hook');
    await t.post('validatingwebhookconfigurations', {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      ...meta(name),
      webhooks: [],
    });
    await t.delete('validatingwebhookconfigurations', name, undefined, { quiet: true });
  },
  CertificateSigningRequests: async (t) => {
    await t.get('/apis/certificates.k8s.io/v1/certificatesigningrequests');
  },
  'flow control': async (t) => {
    await t.get('/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas/none');
  },
  APIServices: async (t) => {
    await t.get('/apis/apiregistration.k8s.io/v1/apiservices/v9.none');
  },
  'component statuses': async (t) => {
    await t.get('/api/v1/componentstatuses/none');
  },
  logs: async (t) => {
    await t.post('pods', pod('one'), { quiet: true });
    await t.until('pods', 'one', running);
    await t.get('pods', 'one', { sub: 'log' });
  },
  exec: async (t) => {
    await t.post('pods', pod('one'), { quiet: true });
    await t.until('pods', 'one', running);
    await t.get('pods', 'one', { sub: 'exec', query: 'command=echo' });
  },
  'ephemeral containers': async (t) => {
    await t.post('pods', pod('one', {}, { schedulerName: 'nobody' }), { quiet: true });
    await t.get('pods', 'one', { sub: 'ephemeralcontainers' });
  },
  'resizing in place': async (t) => {
    await t.post('pods', pod('one', {}, { schedulerName: 'nobody' }), { quiet: true });
    await t.get('pods', 'one', { sub: 'resize' });
  },
  'the proxy to a Service': async (t) => {
    await t.get(`/api/v1/namespaces/${t.namespace}/services/none/proxy/`);
  },
});
