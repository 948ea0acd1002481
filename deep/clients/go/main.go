// A client-go program: `default` reads KUBECONFIG as kubectl does; `terraform` finds its files as Terraform's provider does.
// Lists Pods, creates a ConfigMap and deletes it.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/tools/clientcmd"
)

// hashicorp/terraform-provider-kubernetes, kubernetes/provider.go, initializeConfiguration.
func terraform() clientcmd.ClientConfigLoader {
	loader := &clientcmd.ClientConfigLoadingRules{}
	paths := []string{}
	if path := os.Getenv("KUBE_CONFIG_PATH"); path != "" {
		paths = []string{path}
	} else if list := os.Getenv("KUBE_CONFIG_PATHS"); list != "" {
		paths = filepath.SplitList(list)
	}
	if len(paths) == 1 {
		loader.ExplicitPath = paths[0]
	} else {
		loader.Precedence = paths
	}
	return loader
}

func main() {
	var loader clientcmd.ClientConfigLoader = clientcmd.NewDefaultClientConfigLoadingRules()
	if os.Args[1] == "terraform" {
		loader = terraform()
	}
	namespace := os.Args[2]
	config, err := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(loader, &clientcmd.ConfigOverrides{}).ClientConfig()
	must(err)
	client, err := dynamic.NewForConfig(config)
	must(err)
	ctx := context.Background()
	_, err = client.Resource(schema.GroupVersionResource{Version: "v1", Resource: "pods"}).Namespace(namespace).List(ctx, metav1.ListOptions{})
	must(err)
	maps := client.Resource(schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}).Namespace(namespace)
	object := &unstructured.Unstructured{Object: map[string]interface{}{
		"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]interface{}{"name": "made-here"},
	}}
	_, err = maps.Create(ctx, object, metav1.CreateOptions{})
	must(err)
	must(maps.Delete(ctx, "made-here", metav1.DeleteOptions{}))
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
