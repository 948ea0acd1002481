// Package kubeconfig writes the files by which people and components reach the API server.
package kubeconfig

import (
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"toolcrib.dev/testbed/internal/pki"
)

// Cluster is what every client of one API server shares.
type Cluster struct {
	Name   string // also the context's name
	Server string // https://127.0.0.1:port
	CA     []byte // PEM
}

// Write stores a kubeconfig with all credentials inside, so that the file can be moved or copied.
func (c Cluster) Write(path, user, namespace string, pair pki.Pair) error {
	config := clientcmdapi.NewConfig()
	config.Clusters[c.Name] = &clientcmdapi.Cluster{Server: c.Server, CertificateAuthorityData: c.CA}
	config.AuthInfos[user] = &clientcmdapi.AuthInfo{ClientCertificateData: pair.Cert, ClientKeyData: pair.Key}
	config.Contexts[c.Name] = &clientcmdapi.Context{Cluster: c.Name, AuthInfo: user, Namespace: namespace}
	config.CurrentContext = c.Name
	return clientcmd.WriteToFile(*config, path)
}

// Rest is the same for our own clients. The limits are far above client-go's defaults (5 a second):
// the stand-in kubelets must not be what a test waits for.
func (c Cluster) Rest(pair pki.Pair, userAgent string) *rest.Config {
	return &rest.Config{
		Host:            c.Server,
		UserAgent:       userAgent,
		QPS:             500,
		Burst:           1000,
		TLSClientConfig: rest.TLSClientConfig{CAData: c.CA, CertData: pair.Cert, KeyData: pair.Key},
	}
}
