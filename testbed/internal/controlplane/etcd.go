// Package controlplane starts etcd, kube-apiserver, kube-controller-manager and kube-scheduler on
// 127.0.0.1, configured as a common cluster has them; what differs says why.
package controlplane

import (
	"fmt"
	"net/url"
	"path/filepath"
	"time"

	"go.etcd.io/etcd/client/pkg/v3/transport"
	"go.etcd.io/etcd/server/v3/embed"
)

// startEtcd runs a single member inside this process. It returns the client URL.
func startEtcd(dir string) (*embed.Etcd, string, error) {
	pki := filepath.Join(dir, "pki")
	tls := transport.TLSInfo{
		CertFile:       filepath.Join(pki, "etcd.crt"),
		KeyFile:        filepath.Join(pki, "etcd.key"),
		TrustedCAFile:  filepath.Join(pki, "etcd-ca.crt"),
		ClientCertAuth: true, // loopback is open to every local user
	}
	config := embed.NewConfig()
	config.Name = "testbed"
	config.Dir = filepath.Join(dir, "etcd")
	config.LogOutputs = []string{filepath.Join(dir, "etcd.log")}
	config.LogLevel = "warn"
	config.ClientTLSInfo, config.PeerTLSInfo = tls, tls
	// Port 0: etcd takes a free one. Nobody dials the advertised URLs of a single member.
	anyPort := []url.URL{{Scheme: "https", Host: "127.0.0.1:0"}}
	advertised := []url.URL{{Scheme: "https", Host: "127.0.0.1:2379"}}
	config.ListenClientUrls, config.ListenPeerUrls = anyPort, anyPort
	config.AdvertiseClientUrls, config.AdvertisePeerUrls = advertised, advertised
	config.InitialCluster = config.InitialClusterFromName(config.Name)
	config.EnableGRPCGateway = false // it would dial the listening URL, port 0
	config.UnsafeNoFsync = true      // the data need not survive the machine
	config.TickMs, config.ElectionMs = 20, 200

	etcd, err := embed.StartEtcd(config)
	if err != nil {
		return nil, "", fmt.Errorf("start etcd: %w", err)
	}
	select {
	case <-etcd.Server.ReadyNotify():
	case err := <-etcd.Err():
		return nil, "", fmt.Errorf("start etcd: %w", err)
	case <-time.After(30 * time.Second):
		etcd.Close()
		return nil, "", fmt.Errorf("start etcd: not ready after 30 s; see %s", config.LogOutputs[0])
	}
	return etcd, "https://" + etcd.Clients[0].Addr().String(), nil
}
