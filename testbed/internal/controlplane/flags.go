package controlplane

import (
	"fmt"
	"os"
	"path/filepath"
)

const (
	// The documentation range (RFC 5737): the API server advertises itself in the "kubernetes"
	// EndpointSlice, as in any cluster, and a loopback address is not valid there.
	advertisedAddress = "192.0.2.1"
	serviceRange      = "10.96.0.0/16"
)

func apiserverFlags(dir, etcdURL string, port int) []string {
	pki := func(name string) string { return filepath.Join(dir, "pki", name) }
	return []string{
		"--etcd-servers=" + etcdURL,
		"--etcd-cafile=" + pki("etcd-ca.crt"),
		"--etcd-certfile=" + pki("etcd-client.crt"),
		"--etcd-keyfile=" + pki("etcd-client.key"),
		"--bind-address=127.0.0.1",
		fmt.Sprintf("--secure-port=%d", port),
		"--permit-port-sharing", // see process.ReservePort
		"--advertise-address=" + advertisedAddress,
		"--service-cluster-ip-range=" + serviceRange,
		"--tls-cert-file=" + pki("apiserver.crt"),
		"--tls-private-key-file=" + pki("apiserver.key"),
		"--client-ca-file=" + pki("ca.crt"),
		"--authorization-mode=Node,RBAC",
		"--enable-admission-plugins=NodeRestriction",
		"--service-account-issuer=https://kubernetes.default.svc.cluster.local",
		"--service-account-key-file=" + pki("service-accounts.key"),
		"--service-account-signing-key-file=" + pki("service-accounts.key"),
		"--requestheader-client-ca-file=" + pki("front-proxy-ca.crt"),
		"--requestheader-allowed-names=front-proxy",
		"--requestheader-username-headers=X-Remote-User",
		"--requestheader-group-headers=X-Remote-Group",
		"--requestheader-extra-headers-prefix=X-Remote-Extra-",
		"--proxy-client-cert-file=" + pki("front-proxy.crt"),
		"--proxy-client-key-file=" + pki("front-proxy.key"),
		"--kubelet-certificate-authority=" + pki("ca.crt"),
		"--kubelet-client-certificate=" + pki("kubelet-client.crt"),
		"--kubelet-client-key=" + pki("kubelet-client.key"),
		// The Nodes' InternalIPs are made up; logs and exec must not leave this machine.
		"--kubelet-preferred-address-types=ExternalDNS",
		"--allow-privileged=true",
		"--audit-policy-file=" + filepath.Join(dir, "audit-policy.yaml"),
		"--audit-log-path=" + filepath.Join(dir, "audit.log"),
		"--audit-log-mode=blocking", // a request is answered only when its line is written
		"--profiling=false",
		"-v=1",
	}
}

func controllerManagerFlags(dir string) []string {
	pki := func(name string) string { return filepath.Join(dir, "pki", name) }
	return []string{
		"--kubeconfig=" + pki("kube-controller-manager.kubeconfig"),
		"--bind-address=127.0.0.1",
		"--secure-port=0",
		"--leader-elect=false", // one instance; the lease would cost seconds at each start
		"--use-service-account-credentials=true",
		"--controllers=*",
		"--controller-start-interval=0s",
		"--root-ca-file=" + pki("ca.crt"),
		"--cluster-signing-cert-file=" + pki("ca.crt"),
		"--cluster-signing-key-file=" + pki("ca.key"),
		"--service-account-private-key-file=" + pki("service-accounts.key"),
		// Else it creates /usr/libexec/kubernetes where it may.
		"--flex-volume-plugin-dir=" + filepath.Join(dir, "flexvolume"),
		// The defaults (20 and 30 a second) make a test of fifty objects wait for the client, not the cluster.
		"--kube-api-qps=200",
		"--kube-api-burst=400",
		"--profiling=false",
		"-v=1",
	}
}

func schedulerFlags(dir string) []string {
	return []string{
		"--config=" + filepath.Join(dir, "scheduler.yaml"),
		"--bind-address=127.0.0.1",
		"--secure-port=0",
		"-v=1",
	}
}

func writeFiles(dir string) error {
	scheduler := fmt.Sprintf(`apiVersion: kubescheduler.config.k8s.io/v1
kind: KubeSchedulerConfiguration
clientConnection: {kubeconfig: %q, qps: 200, burst: 400}
leaderElection: {leaderElect: false}
`, filepath.Join(dir, "pki", "kube-scheduler.kubeconfig"))
	if err := os.WriteFile(filepath.Join(dir, "scheduler.yaml"), []byte(scheduler), 0o600); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "audit-policy.yaml"), []byte(auditPolicy), 0o600)
}

// Bodies of writes are kept (the DeleteOptions of a delete are what most tests ask for), except where
// they hold secrets. Heartbeats and events would drown the rest.
const auditPolicy = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
omitManagedFields: true
rules:
  - {level: None, resources: [{group: coordination.k8s.io, resources: [leases]}]}
  - {level: None, resources: [{group: "", resources: [events]}, {group: events.k8s.io, resources: [events]}]}
  - {level: None, nonResourceURLs: ["/healthz*", "/livez*", "/readyz*"]}
  - {level: Metadata, resources: [{group: "", resources: [secrets, configmaps, serviceaccounts/token]}, {group: authentication.k8s.io, resources: [tokenreviews]}]}
  - {level: Metadata, verbs: [get, list, watch]}
  - {level: Request}
`
