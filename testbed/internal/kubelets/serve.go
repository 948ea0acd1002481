package kubelets

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/types"
	remotecommandconsts "k8s.io/apimachinery/pkg/util/remotecommand"
	clientremotecommand "k8s.io/client-go/tools/remotecommand"
	"k8s.io/kubelet/pkg/cri/streaming/portforward"
	"k8s.io/kubelet/pkg/cri/streaming/remotecommand"
	utilexec "k8s.io/utils/exec"

	"toolcrib.dev/testbed/internal/pki"
)

const (
	idle           = 4 * time.Hour // as a kubelet's
	streamCreation = 30 * time.Second
)

// Serve answers what the API server passes on to kubelets: logs, exec, attach and port-forward, over
// WebSocket and SPDY, by kubelet's own streaming code. One server stands for all Nodes. Nothing is run on
// this machine: "containers" know echo, cat and exit, and every port sends back what it gets. It returns
// the port; only a client with apiserver's certificate name is served.
func Serve(ctx context.Context, serving pki.Pair, ca []byte, apiserver string) (int32, error) {
	certificate, err := tls.X509KeyPair(serving.Cert, serving.Key)
	if err != nil {
		return 0, err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca)
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	server := &http.Server{
		Handler:           onlyFor(apiserver, routes()),
		ReadHeaderTimeout: 10 * time.Second,
		TLSConfig: &tls.Config{
			Certificates: []tls.Certificate{certificate}, ClientCAs: roots, ClientAuth: tls.RequireAndVerifyClientCert,
			NextProtos: []string{"http/1.1"}, // upgrades need it
		},
	}
	go func() { _ = server.ServeTLS(listener, "", "") }()
	go func() {
		<-ctx.Done()
		_ = server.Close()
	}()
	return int32(listener.Addr().(*net.TCPAddr).Port), nil
}

func onlyFor(user string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.TLS.PeerCertificates[0].Subject.CommonName != user {
			http.Error(w, "only the API server is served here", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func routes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("/containerLogs/{namespace}/{pod}/{container}", logs)
	mux.HandleFunc("/exec/{namespace}/{pod}/{container}", func(w http.ResponseWriter, r *http.Request) {
		options, err := remotecommand.NewOptions(r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		remotecommand.ServeExec(w, r, container{}, r.PathValue("pod"), "", r.PathValue("container"),
			r.URL.Query()["command"], options, idle, streamCreation, remotecommandconsts.SupportedStreamingProtocols)
	})
	mux.HandleFunc("/attach/{namespace}/{pod}/{container}", func(w http.ResponseWriter, r *http.Request) {
		options, err := remotecommand.NewOptions(r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		remotecommand.ServeAttach(w, r, container{}, r.PathValue("pod"), "", r.PathValue("container"),
			options, idle, streamCreation, remotecommandconsts.SupportedStreamingProtocols)
	})
	mux.HandleFunc("/portForward/{namespace}/{pod}", func(w http.ResponseWriter, r *http.Request) {
		options, err := portforward.NewV4Options(r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		portforward.ServePortForward(w, r, container{}, r.PathValue("pod"), "", options, idle, streamCreation, portforward.SupportedProtocols)
	})
	return mux
}

// logs writes one line, and with follow one more each second until the client goes.
func logs(w http.ResponseWriter, r *http.Request) {
	_, _ = fmt.Fprintf(w, "%s/%s started\n", r.PathValue("pod"), r.PathValue("container"))
	if r.URL.Query().Get("follow") != "true" {
		return
	}
	for i := 1; ; i++ {
		w.(http.Flusher).Flush()
		select {
		case <-r.Context().Done():
			return
		case <-time.After(time.Second):
			_, _ = fmt.Fprintf(w, "tick %d\n", i)
		}
	}
}

type container struct{}

func (container) ExecInContainer(_ context.Context, _ string, _ types.UID, _ string, command []string, in io.Reader, out, errors io.WriteCloser, _ bool, _ <-chan clientremotecommand.TerminalSize, _ time.Duration) error {
	switch {
	case len(command) > 0 && command[0] == "echo":
		_, err := fmt.Fprintln(out, strings.Join(command[1:], " "))
		return err
	case len(command) == 1 && command[0] == "cat" && in != nil:
		_, err := io.Copy(out, in)
		return err
	case len(command) == 2 && command[0] == "exit":
		code, err := strconv.Atoi(command[1])
		if err != nil || code == 0 {
			return err
		}
		return utilexec.CodeExitError{Err: fmt.Errorf("exit %d", code), Code: code}
	}
	if errors != nil {
		_, _ = fmt.Fprintf(errors, "testbed: no containers run here; exec knows echo, cat (with -i) and exit: %q\n", command)
	}
	return utilexec.CodeExitError{Err: fmt.Errorf("not found"), Code: 127}
}

func (container) AttachContainer(_ context.Context, _ string, _ types.UID, _ string, in io.Reader, out, _ io.WriteCloser, _ bool, _ <-chan clientremotecommand.TerminalSize) error {
	if in == nil || out == nil {
		return nil
	}
	_, err := io.Copy(out, in)
	return err
}

func (container) PortForward(_ context.Context, _ string, _ types.UID, _ int32, stream io.ReadWriteCloser) error {
	defer stream.Close()
	_, err := io.Copy(stream, stream)
	return err
}
