package main

import (
	"go.etcd.io/etcd/server/v3/embed"
	_ "k8s.io/client-go/kubernetes"
	_ "k8s.io/client-go/tools/clientcmd"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	kcm "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
)

func main() {
	_ = embed.NewConfig()
	_ = apiserver.NewAPIServerCommand()
	_ = kcm.NewControllerManagerCommand()
	_ = scheduler.NewSchedulerCommand()
}
