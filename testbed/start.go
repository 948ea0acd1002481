package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"k8s.io/client-go/kubernetes"
	"k8s.io/component-base/version"
	"k8s.io/klog/v2"

	"toolcrib.dev/testbed/internal/control"
	"toolcrib.dev/testbed/internal/controlplane"
	"toolcrib.dev/testbed/internal/kubelets"
	"toolcrib.dev/testbed/internal/seed"
	"toolcrib.dev/testbed/internal/volumes"

	readiness "toolcrib.dev/testbed/internal/ready"
)

// state is the line printed when the cluster is ready, and the answer to "status".
type state struct {
	Ready       bool              `json:"ready"`
	Name        string            `json:"name"`
	Version     string            `json:"version"`
	Server      string            `json:"server"`
	PID         int               `json:"pid"`
	Data        string            `json:"data"`
	Kubeconfigs map[string]string `json:"kubeconfigs"` // by person; "admin" too
	AuditLog    string            `json:"auditLog"`
	Volumes     string            `json:"volumes"` // a folder for each PersistentVolume
	Serving     serving           `json:"serving"` // for a webhook of a test on 127.0.0.1
	Seconds     float64           `json:"seconds"` // that the start took
}

type serving struct {
	CA   string `json:"ca"`
	Cert string `json:"cert"`
	Key  string `json:"key"`
}

type options struct {
	data, name      string
	nodes           int
	untilStdinEnds  bool
	keepData        bool
	timeout         time.Duration
	kubelets        kubelets.Options
	componentsFlags map[string][]string
}

func parse(arguments []string) (options, error) {
	o := options{componentsFlags: map[string][]string{}}
	flags := flag.NewFlagSet("testbed start", flag.ContinueOnError)
	flags.StringVar(&o.data, "data", "", "an absent, empty or formerly used folder; removed at the end")
	flags.StringVar(&o.name, "name", "testbed", "name of the cluster and context in the kubeconfigs")
	flags.IntVar(&o.nodes, "nodes", 3, "number of Nodes, 1 to 200")
	flags.BoolVar(&o.untilStdinEnds, "until-stdin-ends", false, "stop when standard input closes, so that nothing outlives its parent")
	flags.BoolVar(&o.keepData, "keep-data", false, "leave the data folder (logs, audit log) at the end")
	flags.DurationVar(&o.timeout, "timeout", 2*time.Minute, "give up when not ready by then")
	flags.DurationVar(&o.kubelets.RunFor, "pod-run-for", 2*time.Second, "containers of Pods that are not restarted always (those of Jobs) exit after this")
	flags.DurationVar(&o.kubelets.StopAfter, "pod-stop-after", time.Second, "containers stop so long after SIGTERM, at most the grace period")
	flags.Func("flag", "COMPONENT:FLAG, one more flag for a component, as in kube-apiserver:--etcd-compaction-interval=10s; repeatable", func(text string) error {
		component, extra, found := strings.Cut(text, ":")
		if _, known := components[component]; !found || !known {
			return errors.New("want COMPONENT:FLAG with kube-apiserver, kube-controller-manager or kube-scheduler")
		}
		o.componentsFlags[component] = append(o.componentsFlags[component], extra)
		return nil
	})
	if err := flags.Parse(arguments); err != nil {
		return o, err
	}
	if o.data == "" || flags.NArg() > 0 || o.nodes < 1 || o.nodes > 200 {
		flags.Usage()
		return o, errors.New("--data is needed, --nodes is 1 to 200, and there are no other arguments")
	}
	data, err := filepath.Abs(o.data)
	o.data = data
	return o, err
}

// start runs a cluster until it is asked to end. The exit code is 0 only then.
func start(arguments []string) int {
	o, err := parse(arguments)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "testbed:", err)
		return 2
	}
	lock, err := claim(o.data)
	if err != nil {
		fmt.Fprintln(os.Stderr, "testbed:", err)
		return 1
	}
	defer lock.Close()

	ctx, end := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	go func() { end(fmt.Errorf("%w: %s", errAsked, <-signals)) }()
	if o.untilStdinEnds {
		go func() {
			_, _ = io.Copy(io.Discard, os.Stdin)
			end(fmt.Errorf("%w: standard input closed", errAsked))
		}()
	}
	server, err := run(ctx, end, o)
	if server != nil {
		defer server.Close()
	}
	if !o.keepData && (err == nil || errors.Is(err, errAsked)) {
		_ = os.RemoveAll(o.data) // after a failure the logs are wanted
	}
	if err != nil && !errors.Is(err, errAsked) {
		fmt.Fprintf(os.Stderr, "testbed: %v\nThe logs are in %s\n", err, o.data)
		return 1
	}
	return 0
}

var errAsked = errors.New("asked to stop")

func run(ctx context.Context, end context.CancelCauseFunc, o options) (*control.Server, error) {
	began := time.Now()
	log, err := os.Create(filepath.Join(o.data, "testbed.log"))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	logging := flag.NewFlagSet("log", flag.ContinueOnError)
	klog.InitFlags(logging)
	_ = logging.Parse([]string{"--logtostderr=false", "--one_output", "--stderrthreshold=FATAL"})
	klog.SetOutput(log)
	defer klog.Flush()

	starting, started := context.WithTimeoutCause(ctx, o.timeout, fmt.Errorf("not ready after %s", o.timeout))
	defer started()
	plane, err := controlplane.Start(starting, o.data, o.name, o.componentsFlags)
	if err != nil {
		return nil, err
	}
	defer plane.Stop()

	s := state{
		Ready: true, Name: o.name, Version: version.Get().GitVersion, Server: plane.Cluster.Server, PID: os.Getpid(), Data: o.data,
		AuditLog: filepath.Join(o.data, "audit.log"), Volumes: filepath.Join(o.data, "volumes"),
		Serving: serving{
			CA:   filepath.Join(o.data, "pki", "ca.crt"),
			Cert: filepath.Join(o.data, "pki", "webhook.crt"),
			Key:  filepath.Join(o.data, "pki", "webhook.key"),
		},
	}
	if s.Kubeconfigs, err = writeKubeconfigs(plane, o.data); err != nil {
		return nil, err
	}
	admin, err := clientFor(plane, "testbed", "testbed", "system:masters")
	if err != nil {
		return nil, err
	}
	if err := seed.Apply(starting, admin); err != nil {
		return nil, fmt.Errorf("furnish the cluster: %w", err)
	}
	kubeletServing, err := plane.Credentials.CA.Server("kubelet", nil)
	if err != nil {
		return nil, err
	}
	port, err := kubelets.Serve(ctx, kubeletServing, plane.Cluster.CA, controlplane.KubeletClient)
	if err != nil {
		return nil, err
	}
	nodes, err := newNodes(plane, o.nodes, port)
	if err != nil {
		return nil, err
	}
	go func() {
		if err := kubelets.Run(ctx, admin, nodes, o.kubelets); err != nil {
			end(err)
		}
	}()
	go func() {
		if err := volumes.Run(ctx, admin, s.Volumes); err != nil {
			end(err)
		}
	}()
	go func() {
		select {
		case err := <-plane.Failed:
			end(err)
		case <-ctx.Done():
		}
	}()
	if err := readiness.Wait(starting, admin, o.nodes, "default", seed.Namespace); err != nil {
		return nil, fmt.Errorf("the cluster is not ready: %w", err)
	}
	s.Seconds = float64(time.Since(began).Milliseconds()) / 1000
	line, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	server, err := control.Listen(filepath.Join(o.data, "control.sock"), string(line))
	if err != nil {
		return nil, err
	}
	fmt.Println(string(line))
	select {
	case <-server.Stop:
		end(fmt.Errorf("%w: over the control socket", errAsked))
	case <-ctx.Done():
	}
	return server, context.Cause(ctx)
}

func writeKubeconfigs(plane *controlplane.ControlPlane, data string) (map[string]string, error) {
	paths := map[string]string{}
	people := append([]seed.Person{{Name: "admin", Group: "system:masters", Namespace: "default"}}, seed.Persons...)
	for _, person := range people {
		pair, err := plane.Credentials.CA.Client(person.Name, person.Group)
		if err != nil {
			return nil, err
		}
		paths[person.Name] = filepath.Join(data, person.Name+".kubeconfig")
		if err := plane.Cluster.Write(paths[person.Name], person.Name, person.Namespace, pair); err != nil {
			return nil, err
		}
	}
	return paths, nil
}

func newNodes(plane *controlplane.ControlPlane, count int, port int32) ([]*kubelets.Node, error) {
	var nodes []*kubelets.Node
	for i := 1; i <= count; i++ {
		name := fmt.Sprintf("node-%d", i)
		client, err := clientFor(plane, "kubelet", "system:node:"+name, "system:nodes")
		if err != nil {
			return nil, err
		}
		nodes = append(nodes, &kubelets.Node{Name: name, Index: i, Client: client, Port: port, Version: version.Get().GitVersion})
	}
	return nodes, nil
}

func clientFor(plane *controlplane.ControlPlane, agent, user, group string) (*kubernetes.Clientset, error) {
	pair, err := plane.Credentials.CA.Client(user, group)
	if err != nil {
		return nil, err
	}
	return kubernetes.NewForConfig(plane.Cluster.Rest(pair, agent+"/"+version.Get().GitVersion+" ("+user+")"))
}

const marker = ".toolcrib-testbed"

// claim takes the data folder for this process alone, and clears what a killed testbed left in it.
// The lock goes with the process, however it ends.
func claim(dir string) (*os.File, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(dir, marker)); len(entries) > 0 && err != nil {
		return nil, fmt.Errorf("%s is not empty and no testbed's: nothing was touched. Give another --data", dir)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	lock, err := os.OpenFile(filepath.Join(dir, marker), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = lock.Close()
		return nil, fmt.Errorf("another testbed runs in %s: stop it first, or give another --data", dir)
	}
	for _, entry := range entries {
		if entry.Name() == marker {
			continue
		}
		if err := os.RemoveAll(filepath.Join(dir, entry.Name())); err != nil {
			return nil, err
		}
	}
	return lock, nil
}
