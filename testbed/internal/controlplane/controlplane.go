package controlplane

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"time"

	"go.etcd.io/etcd/server/v3/embed"

	"toolcrib.dev/testbed/internal/kubeconfig"
	"toolcrib.dev/testbed/internal/process"
)

// ControlPlane is the running whole.
type ControlPlane struct {
	Credentials *Credentials
	Cluster     kubeconfig.Cluster
	Failed      chan error // a component ended by itself
	etcd        *embed.Etcd
	port        *process.Port
	apiserver   *process.Process
	clients     []*process.Process
}

// Start returns when the API server is ready and the others have been started. On an error it has
// stopped what it started. extra holds more flags for a component, by its name.
func Start(ctx context.Context, dir, name string, extra map[string][]string) (plane *ControlPlane, err error) {
	plane = &ControlPlane{Failed: make(chan error, 3)}
	defer func() {
		if err != nil {
			plane.Stop()
		}
	}()
	if plane.port, err = process.ReservePort(); err != nil {
		return plane, err
	}
	if plane.Credentials, err = NewCredentials(dir); err != nil {
		return plane, err
	}
	plane.Cluster = kubeconfig.Cluster{
		Name:   name,
		Server: fmt.Sprintf("https://127.0.0.1:%d", plane.port.Number),
		CA:     plane.Credentials.CA.Cert,
	}
	if err = plane.Credentials.writeComponents(dir, plane.Cluster); err != nil {
		return plane, err
	}
	if err = writeFiles(dir); err != nil {
		return plane, err
	}
	var etcdURL string
	if plane.etcd, etcdURL, err = startEtcd(dir); err != nil {
		return plane, err
	}
	flags := append(apiserverFlags(dir, etcdURL, plane.port.Number), extra["kube-apiserver"]...)
	if plane.apiserver, err = process.Start("kube-apiserver", dir, flags); err != nil {
		return plane, err
	}
	go plane.watch(plane.apiserver)
	if err = plane.waitForAPIServer(ctx); err != nil {
		return plane, err
	}
	for name, flags := range map[string][]string{
		"kube-controller-manager": controllerManagerFlags(dir),
		"kube-scheduler":          schedulerFlags(dir),
	} {
		component, startErr := process.Start(name, dir, append(flags, extra[name]...))
		if startErr != nil {
			return plane, startErr
		}
		plane.clients = append(plane.clients, component)
		go plane.watch(component)
	}
	return plane, nil
}

// Stop ends the components in the order in which they need each other.
func (plane *ControlPlane) Stop() {
	stopped := make(chan struct{})
	for _, component := range plane.clients {
		go func() {
			component.Stop(5 * time.Second)
			stopped <- struct{}{}
		}()
	}
	for range plane.clients {
		<-stopped
	}
	if plane.apiserver != nil {
		plane.apiserver.Stop(10 * time.Second)
	}
	if plane.etcd != nil {
		plane.etcd.Close()
	}
	if plane.port != nil {
		plane.port.Release()
	}
}

func (plane *ControlPlane) watch(component *process.Process) {
	<-component.Done()
	plane.Failed <- component.Failure()
}

// waitForAPIServer asks /readyz until every start-up hook (the default RBAC roles among them) has run:
// the controller manager would otherwise begin with a row of refusals and back off.
func (plane *ControlPlane) waitForAPIServer(ctx context.Context) error {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(plane.Cluster.CA)
	client := &http.Client{
		Timeout:   5 * time.Second,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, DisableKeepAlives: true},
	}
	for {
		if response, err := client.Get(plane.Cluster.Server + "/readyz"); err == nil {
			_ = response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case err := <-plane.Failed:
			return err
		case <-ctx.Done():
			return errors.Join(fmt.Errorf("kube-apiserver is not ready; see %s", plane.apiserver.LogPath), context.Cause(ctx))
		case <-time.After(100 * time.Millisecond):
		}
	}
}
