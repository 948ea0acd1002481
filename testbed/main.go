// Command testbed runs a real Kubernetes control plane on 127.0.0.1 for tests: etcd,
// kube-apiserver, kube-controller-manager and kube-scheduler as they are published, plus
// a stand-in for kubelets and for a volume provisioner.
//
//	testbed start --data DIR [flags]   run until SIGTERM, SIGINT or a "stop" on DIR/control.sock
//	testbed kube-apiserver …           one component; used by start, which runs them as own processes
package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
	"k8s.io/component-base/cli"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllers "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
)

// The published commands, run unchanged. Each constructor is called only in the process that
// becomes that component: they share global flags, feature gates and signal handlers.
var components = map[string]func() *cobra.Command{
	"kube-apiserver":          apiserver.NewAPIServerCommand,
	"kube-controller-manager": controllers.NewControllerManagerCommand,
	"kube-scheduler":          func() *cobra.Command { return scheduler.NewSchedulerCommand() },
}

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: testbed start --data DIR [flags]   (testbed start --help lists them)")
		os.Exit(2)
	}
	if component, ok := components[os.Args[1]]; ok {
		go endWithParent()
		command := component()
		command.SetArgs(os.Args[2:])
		os.Exit(cli.Run(command))
	}
	if os.Args[1] != "start" {
		fmt.Fprintf(os.Stderr, "testbed: no such command: %q (there is only: start)\n", os.Args[1])
		os.Exit(2)
	}
	os.Exit(start(os.Args[2:]))
}

// endWithParent ends this process when its standard input closes. Only the process that started it
// holds the other end, so this works on every Unix and also when that process was SIGKILLed.
func endWithParent() {
	_, _ = io.Copy(io.Discard, os.Stdin)
	os.Exit(3)
}
