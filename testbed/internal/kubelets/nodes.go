// Package kubelets stands in for the kubelets of a cluster: Nodes that stay Ready, and Pods that run,
// finish and terminate, but no containers. Each Node has credentials of its own (system:node:NAME), so
// that the Node authorizer, NodeRestriction, the audit log and webhooks see what they see anywhere.
package kubelets

import (
	"context"
	"fmt"
	"runtime"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

// Node is one stand-in kubelet.
type Node struct {
	Name   string
	Index  int // from 1
	Client kubernetes.Interface
	// Port on which its kubelet serves logs, exec and port-forward (see Serve).
	Port int32
	// Version it reports, as kubelets do: that of the control plane.
	Version string
}

func (n *Node) ip() string { return fmt.Sprintf("10.240.0.%d", n.Index) }

// register creates the Node object and reports it Ready.
func (n *Node) register(ctx context.Context) error {
	node := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: n.Name, Labels: map[string]string{
		"kubernetes.io/hostname":      n.Name,
		"kubernetes.io/os":            "linux",
		"kubernetes.io/arch":          runtime.GOARCH,
		"topology.kubernetes.io/zone": fmt.Sprintf("zone-%d", n.Index),
	}}}
	created, err := n.Client.CoreV1().Nodes().Create(ctx, node, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	created.Status = n.status(metav1.Now())
	_, err = n.Client.CoreV1().Nodes().UpdateStatus(ctx, created, metav1.UpdateOptions{})
	return err
}

// beat renews the Node's lease and, when the node lifecycle controller has marked it unknown (the
// machine slept, or its kubelet was "stopped" for a while), its status.
func (n *Node) beat(ctx context.Context, node *corev1.Node) error {
	if !ready(node) {
		current, err := n.Client.CoreV1().Nodes().Get(ctx, n.Name, metav1.GetOptions{})
		if err != nil {
			return err
		}
		current.Status = n.status(metav1.Now())
		if _, err := n.Client.CoreV1().Nodes().UpdateStatus(ctx, current, metav1.UpdateOptions{}); err != nil {
			return err
		}
	}
	leases := n.Client.CoordinationV1().Leases(corev1.NamespaceNodeLease)
	now := metav1.NewMicroTime(time.Now())
	seconds := int32(40)
	lease, err := leases.Get(ctx, n.Name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		lease = &coordinationv1.Lease{
			ObjectMeta: metav1.ObjectMeta{Name: n.Name, OwnerReferences: []metav1.OwnerReference{
				{APIVersion: "v1", Kind: "Node", Name: n.Name, UID: node.UID},
			}},
			Spec: coordinationv1.LeaseSpec{HolderIdentity: &n.Name, LeaseDurationSeconds: &seconds, RenewTime: &now},
		}
		_, err = leases.Create(ctx, lease, metav1.CreateOptions{})
		return err
	}
	if err != nil {
		return err
	}
	lease.Spec.RenewTime = &now
	_, err = leases.Update(ctx, lease, metav1.UpdateOptions{})
	return err
}

func (n *Node) status(now metav1.Time) corev1.NodeStatus {
	resources := corev1.ResourceList{
		corev1.ResourceCPU:              resource.MustParse("32"),
		corev1.ResourceMemory:           resource.MustParse("256Gi"),
		corev1.ResourceEphemeralStorage: resource.MustParse("1Ti"),
		corev1.ResourcePods:             resource.MustParse("1000"),
	}
	condition := func(kind corev1.NodeConditionType, status corev1.ConditionStatus, reason, message string) corev1.NodeCondition {
		return corev1.NodeCondition{Type: kind, Status: status, Reason: reason, Message: message, LastHeartbeatTime: now, LastTransitionTime: now}
	}
	return corev1.NodeStatus{
		Capacity: resources, Allocatable: resources,
		Conditions: []corev1.NodeCondition{
			condition(corev1.NodeMemoryPressure, corev1.ConditionFalse, "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
			condition(corev1.NodeDiskPressure, corev1.ConditionFalse, "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
			condition(corev1.NodePIDPressure, corev1.ConditionFalse, "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
			condition(corev1.NodeReady, corev1.ConditionTrue, "KubeletReady", "kubelet is posting ready status"),
		},
		Addresses: []corev1.NodeAddress{
			{Type: corev1.NodeInternalIP, Address: n.ip()},
			{Type: corev1.NodeHostName, Address: n.Name},
			{Type: corev1.NodeExternalDNS, Address: "localhost"}, // where the API server reaches it
		},
		DaemonEndpoints: corev1.NodeDaemonEndpoints{KubeletEndpoint: corev1.DaemonEndpoint{Port: n.Port}},
		NodeInfo: corev1.NodeSystemInfo{
			MachineID: n.Name, SystemUUID: n.Name, BootID: n.Name,
			KernelVersion: "testbed", OSImage: "testbed (no containers run here)", ContainerRuntimeVersion: "testbed://1",
			KubeletVersion: n.Version, OperatingSystem: "linux", Architecture: runtime.GOARCH,
		},
	}
}

func ready(node *corev1.Node) bool {
	for _, condition := range node.Status.Conditions {
		if condition.Type == corev1.NodeReady {
			return condition.Status == corev1.ConditionTrue
		}
	}
	return false
}
