package kubelets

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// host is where a Pod runs.
type host struct {
	nodeIP string
	podIP  string
}

// update asks for a write only when the status would change.
func update(pod *corev1.Pod, status *corev1.PodStatus) step {
	if equality.Semantic.DeepEqual(&pod.Status, status) {
		return step{}
	}
	return step{status: status}
}

func runningStatus(pod *corev1.Pod, host host, now time.Time) *corev1.PodStatus {
	status := placed(pod, host, now)
	status.Phase = corev1.PodRunning
	status.PodIP = host.podIP
	status.PodIPs = []corev1.PodIP{{IP: host.podIP}}
	ready := pod.Annotations[AnnotationReady] != "false"
	at := metav1.NewTime(now)
	if since := started(pod); since != nil {
		at = metav1.NewTime(*since)
	}
	running := corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: at}}
	status.InitContainerStatuses = nil
	for _, container := range pod.Spec.InitContainers {
		state := terminated(0, "Completed", at, at)
		if sidecar := container.RestartPolicy != nil; sidecar {
			state = running
		}
		status.InitContainerStatuses = append(status.InitContainerStatuses, containerStatus(pod, container, state, true))
	}
	status.ContainerStatuses = nil
	for _, container := range pod.Spec.Containers {
		status.ContainerStatuses = append(status.ContainerStatuses, containerStatus(pod, container, running, ready))
	}
	setConditions(pod, status, true, ready, now)
	return status
}

// waitingStatus is a Pod whose containers cannot be created.
func waitingStatus(pod *corev1.Pod, host host, missing string, now time.Time) *corev1.PodStatus {
	status := placed(pod, host, now)
	status.Phase = corev1.PodPending
	waiting := corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "ContainerCreating", Message: missing}}
	status.ContainerStatuses = nil
	for _, container := range pod.Spec.Containers {
		status.ContainerStatuses = append(status.ContainerStatuses, corev1.ContainerStatus{
			Name: container.Name, Image: container.Image, Started: new(bool), State: waiting,
		})
	}
	setConditions(pod, status, false, false, now)
	return status
}

func finishedStatus(pod *corev1.Pod, exit int32, reason string, now time.Time) *corev1.PodStatus {
	status := pod.Status.DeepCopy()
	status.ObservedGeneration = pod.Generation
	status.Reason = reason
	status.Phase = corev1.PodSucceeded
	why := "Completed"
	if exit != 0 {
		status.Phase, why = corev1.PodFailed, "Error"
	}
	for i := range status.ContainerStatuses {
		container := &status.ContainerStatuses[i]
		at := metav1.NewTime(now)
		if container.State.Running != nil {
			at = container.State.Running.StartedAt
		}
		container.State = terminated(exit, why, at, metav1.NewTime(now))
		container.State.Terminated.ContainerID = container.ContainerID
		container.Ready, container.Started = false, new(bool)
	}
	setConditions(pod, status, true, false, now)
	return status
}

// placed is what a kubelet writes as soon as it has accepted a Pod.
func placed(pod *corev1.Pod, host host, now time.Time) *corev1.PodStatus {
	status := pod.Status.DeepCopy()
	status.ObservedGeneration = pod.Generation
	status.HostIP = host.nodeIP
	status.HostIPs = []corev1.HostIP{{IP: host.nodeIP}}
	if status.StartTime == nil {
		at := metav1.NewTime(now)
		status.StartTime = &at
	}
	return status
}

// setConditions writes what a kubelet writes, in its order; conditions of others come first and stay.
func setConditions(pod *corev1.Pod, status *corev1.PodStatus, initialized, ready bool, now time.Time) {
	gates := true
	for _, gate := range pod.Spec.ReadinessGates {
		gates = gates && isTrue(status.Conditions, gate.ConditionType)
	}
	over := status.Phase == corev1.PodSucceeded || status.Phase == corev1.PodFailed
	own := []corev1.PodCondition{
		condition(corev1.PodReadyToStartContainers, initialized && !over),
		condition(corev1.PodInitialized, initialized),
		condition(corev1.PodReady, ready && gates),
		condition(corev1.ContainersReady, ready),
		condition(corev1.PodScheduled, true),
	}
	if status.Phase == corev1.PodSucceeded {
		own[1].Reason = "PodCompleted"
	}
	for i := 2; i < 4; i++ {
		if own[i].Status == corev1.ConditionFalse {
			own[i].Reason, own[i].Message = unready(pod, status.Phase, ready)
		}
	}
	kept := []corev1.PodCondition{}
	for _, old := range status.Conditions {
		if i := slices.IndexFunc(own, func(c corev1.PodCondition) bool { return c.Type == old.Type }); i < 0 {
			kept = append(kept, old)
		} else if own[i].Status == old.Status {
			own[i].LastTransitionTime = old.LastTransitionTime
		}
	}
	for i := range own {
		own[i].ObservedGeneration = pod.Generation
		if own[i].LastTransitionTime.IsZero() {
			own[i].LastTransitionTime = metav1.NewTime(now)
		}
	}
	status.Conditions = append(kept, own...)
}

func condition(kind corev1.PodConditionType, is bool) corev1.PodCondition {
	if is {
		return corev1.PodCondition{Type: kind, Status: corev1.ConditionTrue}
	}
	return corev1.PodCondition{Type: kind, Status: corev1.ConditionFalse}
}

func unready(pod *corev1.Pod, phase corev1.PodPhase, containersReady bool) (reason, message string) {
	switch {
	case phase == corev1.PodSucceeded:
		return "PodCompleted", ""
	case phase == corev1.PodFailed:
		return "PodFailed", ""
	case containersReady:
		return "ReadinessGatesNotReady", "corresponding condition of pod readiness gate does not exist."
	}
	names := []string{}
	for _, container := range pod.Spec.Containers {
		names = append(names, container.Name)
	}
	return "ContainersNotReady", fmt.Sprintf("containers with unready status: [%s]", strings.Join(names, " "))
}

func isTrue(conditions []corev1.PodCondition, kind corev1.PodConditionType) bool {
	for _, condition := range conditions {
		if condition.Type == kind {
			return condition.Status == corev1.ConditionTrue
		}
	}
	return false
}

func containerStatus(pod *corev1.Pod, container corev1.Container, state corev1.ContainerState, ready bool) corev1.ContainerStatus {
	isStarted := state.Terminated == nil
	id := fmt.Sprintf("containerd://%x", sha256.Sum256([]byte(string(pod.UID)+"/"+container.Name)))
	if state.Terminated != nil {
		state.Terminated.ContainerID = id
	}
	return corev1.ContainerStatus{
		Name:        container.Name,
		Image:       container.Image,
		ImageID:     fmt.Sprintf("%s@sha256:%x", container.Image, sha256.Sum256([]byte(container.Image))),
		ContainerID: id,
		Ready:       ready,
		Started:     &isStarted,
		State:       state,
		Resources:   container.Resources.DeepCopy(),
	}
}

func terminated(exit int32, reason string, started, finished metav1.Time) corev1.ContainerState {
	return corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{
		ExitCode: exit, Reason: reason, StartedAt: started, FinishedAt: finished,
	}}
}

func exitCode(pod *corev1.Pod) int32 {
	code, err := strconv.ParseInt(pod.Annotations[AnnotationExitCode], 10, 32)
	if err != nil {
		return 0
	}
	return int32(code)
}
