// Package ready tells when a cluster does what tests rely on, not merely when its API answers.
package ready

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

// Wait returns when every Node is Ready and schedulable, when the namespaces have what the controller
// manager gives them, and when the garbage collector has collected an object of ours.
func Wait(ctx context.Context, client kubernetes.Interface, nodes int, namespaces ...string) error {
	if err := plantOrphan(ctx, client); err != nil {
		return err
	}
	checks := []func() string{
		func() string { return nodesReady(ctx, client, nodes) },
		func() string { return collected(ctx, client) },
	}
	for _, namespace := range namespaces {
		checks = append(checks, func() string { return furnished(ctx, client, namespace) })
	}
	for _, check := range checks {
		for problem := check(); problem != ""; problem = check() {
			select {
			case <-ctx.Done():
				return fmt.Errorf("%s (%w)", problem, context.Cause(ctx))
			case <-time.After(100 * time.Millisecond):
			}
		}
	}
	return nil
}

func nodesReady(ctx context.Context, client kubernetes.Interface, want int) string {
	nodes, err := client.CoreV1().Nodes().List(ctx, metav1.ListOptions{})
	if err != nil {
		return err.Error()
	}
	usable := 0
	for _, node := range nodes.Items {
		for _, condition := range node.Status.Conditions {
			// A new Node keeps its not-ready taint until the node lifecycle controller has seen it.
			if condition.Type == corev1.NodeReady && condition.Status == corev1.ConditionTrue && len(node.Spec.Taints) == 0 {
				usable++
			}
		}
	}
	if usable < want {
		return fmt.Sprintf("%d of %d Nodes are ready", usable, want)
	}
	return ""
}

func furnished(ctx context.Context, client kubernetes.Interface, namespace string) string {
	if _, err := client.CoreV1().ServiceAccounts(namespace).Get(ctx, "default", metav1.GetOptions{}); err != nil {
		return err.Error()
	}
	if _, err := client.CoreV1().ConfigMaps(namespace).Get(ctx, "kube-root-ca.crt", metav1.GetOptions{}); err != nil {
		return err.Error()
	}
	return ""
}

const orphan = "testbed-start"

// plantOrphan makes an object whose owner does not exist. The garbage collector deletes it once its
// picture of the cluster is complete.
func plantOrphan(ctx context.Context, client kubernetes.Interface) error {
	object := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: orphan, OwnerReferences: []metav1.OwnerReference{
		{APIVersion: "v1", Kind: "ConfigMap", Name: "absent", UID: "00000000-0000-0000-0000-000000000000"},
	}}}
	_, err := client.CoreV1().ConfigMaps(metav1.NamespaceSystem).Create(ctx, object, metav1.CreateOptions{})
	return err
}

func collected(ctx context.Context, client kubernetes.Interface) string {
	_, err := client.CoreV1().ConfigMaps(metav1.NamespaceSystem).Get(ctx, orphan, metav1.GetOptions{})
	switch {
	case apierrors.IsNotFound(err):
		return ""
	case err != nil:
		return err.Error()
	}
	return "the garbage collector has not begun"
}
