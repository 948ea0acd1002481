package controlplane

import (
	"net"
	"os"
	"path/filepath"

	"toolcrib.dev/testbed/internal/kubeconfig"
	"toolcrib.dev/testbed/internal/pki"
)

// Credentials are the authorities of one testbed. The three are apart, as in a common cluster: a user's
// certificate must open neither etcd nor the front proxy's door.
type Credentials struct {
	CA, etcdCA, frontProxyCA *pki.CA
}

// KubeletClient is who the API server is to kubelets.
const KubeletClient = "kube-apiserver-kubelet-client"

// NewCredentials makes every key and certificate that the components read from files, in DIR/pki.
func NewCredentials(dir string) (*Credentials, error) {
	pkiDir := filepath.Join(dir, "pki")
	if err := os.MkdirAll(pkiDir, 0o700); err != nil {
		return nil, err
	}
	c := &Credentials{}
	for _, authority := range []struct {
		into *(*pki.CA)
		name string
	}{{&c.CA, "ca"}, {&c.etcdCA, "etcd-ca"}, {&c.frontProxyCA, "front-proxy-ca"}} {
		ca, err := pki.NewCA("testbed-" + authority.name)
		if err != nil {
			return nil, err
		}
		if err := ca.Write(pkiDir, authority.name); err != nil {
			return nil, err
		}
		*authority.into = ca
	}
	kubernetes := []string{"kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local"}
	for _, each := range []struct {
		name  string
		issue func() (pki.Pair, error)
	}{
		{"apiserver", func() (pki.Pair, error) {
			return c.CA.Server("kube-apiserver", kubernetes, net.ParseIP("10.96.0.1"), net.ParseIP(advertisedAddress))
		}},
		{"kubelet-client", func() (pki.Pair, error) { return c.CA.Client(KubeletClient) }},
		{"webhook", func() (pki.Pair, error) { return c.CA.Server("webhook", nil) }}, // for tests that serve one
		{"etcd", func() (pki.Pair, error) { return c.etcdCA.Server("etcd", nil) }},
		{"etcd-client", func() (pki.Pair, error) { return c.etcdCA.Client("kube-apiserver") }},
		{"front-proxy", func() (pki.Pair, error) { return c.frontProxyCA.Client("front-proxy") }},
	} {
		pair, err := each.issue()
		if err != nil {
			return nil, err
		}
		if err := pair.Write(pkiDir, each.name); err != nil {
			return nil, err
		}
	}
	key, err := pki.Key()
	if err != nil {
		return nil, err
	}
	return c, os.WriteFile(filepath.Join(pkiDir, "service-accounts.key"), key, 0o600)
}

func (c *Credentials) writeComponents(dir string, cluster kubeconfig.Cluster) error {
	for _, name := range []string{"kube-controller-manager", "kube-scheduler"} {
		pair, err := c.CA.Client("system:" + name)
		if err != nil {
			return err
		}
		if err := cluster.Write(filepath.Join(dir, "pki", name+".kubeconfig"), name, "", pair); err != nil {
			return err
		}
	}
	return nil
}
