package kubelets

import (
	"time"

	corev1 "k8s.io/api/core/v1"
)

// Annotations by which a test tells a Pod's stand-in kubelet how its containers behave.
const (
	// AnnotationReady "false": the containers run, but never become ready. May be changed at any time.
	AnnotationReady = "testbed.toolcrib.dev/ready"
	// AnnotationRunFor: a duration after which the containers exit by themselves, or "forever".
	AnnotationRunFor = "testbed.toolcrib.dev/run-for"
	// AnnotationExitCode: what they exit with then (default 0).
	AnnotationExitCode = "testbed.toolcrib.dev/exit-code"
	// AnnotationStopAfter: how long the containers take to stop after SIGTERM, or "grace": they ignore
	// it and are killed when the grace period ends.
	AnnotationStopAfter = "testbed.toolcrib.dev/stop-after"
	// AnnotationStopped "true", on a Node: its kubelet is dead. No heartbeats, and its Pods stay as they are.
	AnnotationStopped = "testbed.toolcrib.dev/stopped"
)

// Options are the defaults where a Pod has no annotation.
type Options struct {
	// RunFor: containers of a Pod whose restartPolicy is not Always (a Job's) exit after it.
	RunFor time.Duration
	// StopAfter: containers stop so long after SIGTERM, at most the grace period.
	StopAfter time.Duration
}

// step is what a kubelet does next about a Pod: at most one of the fields is set.
type step struct {
	status *corev1.PodStatus // write this status
	remove bool              // delete the Pod for good
	wait   time.Duration     // look again after it
}

// next decides from the Pod alone. missing names what the Pod needs and the cluster has not.
func next(pod *corev1.Pod, host host, missing string, now time.Time, options Options) step {
	finished := pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed
	if pod.DeletionTimestamp != nil {
		return terminate(pod, finished, now, options)
	}
	if finished {
		return step{}
	}
	if started(pod) == nil {
		if missing != "" {
			return update(pod, waitingStatus(pod, host, missing, now))
		}
		return update(pod, runningStatus(pod, host, now))
	}
	if runFor, ends := runTime(pod, options); ends {
		if left := started(pod).Add(runFor).Sub(now); left > 0 {
			written := update(pod, runningStatus(pod, host, now))
			if written.status == nil {
				written.wait = left
			}
			return written
		}
		return step{status: finishedStatus(pod, exitCode(pod), "", now)}
	}
	return update(pod, runningStatus(pod, host, now))
}

// terminate does what a kubelet does since 1.27: stop the containers, write a terminal phase, and only
// then remove the Pod from the API. A Pod that a finalizer still holds is left alone after that.
func terminate(pod *corev1.Pod, finished bool, now time.Time, options Options) step {
	grace := time.Duration(0)
	if pod.DeletionGracePeriodSeconds != nil {
		grace = time.Duration(*pod.DeletionGracePeriodSeconds) * time.Second
	}
	if finished || started(pod) == nil {
		return step{remove: grace > 0 || len(pod.Finalizers) == 0}
	}
	stopAfter, exit := options.StopAfter, int32(0)
	if text, ok := pod.Annotations[AnnotationStopAfter]; ok {
		if asked, err := time.ParseDuration(text); err == nil {
			stopAfter = asked
		} else if text == "grace" {
			stopAfter = grace
		}
	}
	if stopAfter >= grace {
		stopAfter, exit = grace, 137 // SIGKILL
	}
	// deletionTimestamp is the time of the request plus the grace period.
	if left := pod.DeletionTimestamp.Add(stopAfter - grace).Sub(now); left > 0 {
		return step{wait: left}
	}
	return step{status: finishedStatus(pod, exit, "", now)}
}

func runTime(pod *corev1.Pod, options Options) (time.Duration, bool) {
	if text, ok := pod.Annotations[AnnotationRunFor]; ok {
		asked, err := time.ParseDuration(text)
		return asked, err == nil
	}
	return options.RunFor, pod.Spec.RestartPolicy != corev1.RestartPolicyAlways
}

// started is when the Pod's first container started, or nil.
func started(pod *corev1.Pod) *time.Time {
	for _, container := range pod.Status.ContainerStatuses {
		if container.State.Running != nil {
			return &container.State.Running.StartedAt.Time
		}
	}
	return nil
}
