package kubelets

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

var (
	began   = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	options = Options{RunFor: 2 * time.Second, StopAfter: time.Second}
	here    = host{nodeIP: "10.240.0.1", podIP: "10.244.0.1"}
)

func pod(policy corev1.RestartPolicy, annotations map[string]string) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "p", UID: "u", Annotations: annotations},
		Spec:       corev1.PodSpec{RestartPolicy: policy, Containers: []corev1.Container{{Name: "c", Image: "i"}}},
	}
}

func running(policy corev1.RestartPolicy, annotations map[string]string) *corev1.Pod {
	p := pod(policy, annotations)
	p.Status = *next(p, here, "", began, options).status
	return p
}

func deleted(p *corev1.Pod, grace int64, at time.Time) *corev1.Pod {
	p.DeletionTimestamp = &metav1.Time{Time: at.Add(time.Duration(grace) * time.Second)}
	p.DeletionGracePeriodSeconds = &grace
	return p
}

func TestAPodStartsOnceAndThenRests(t *testing.T) {
	p := running(corev1.RestartPolicyAlways, nil)
	if p.Status.Phase != corev1.PodRunning || p.Status.PodIP != here.podIP || !isTrue(p.Status.Conditions, corev1.PodReady) {
		t.Fatalf("%+v", p.Status)
	}
	if s := next(p, here, "", began.Add(time.Hour), options); s != (step{}) {
		t.Fatalf("wrote again: %+v", s.status)
	}
}

func TestMissingNeedsKeepItPending(t *testing.T) {
	s := next(pod(corev1.RestartPolicyAlways, nil), here, `configmap "x" not found`, began, options)
	if s.status == nil || s.status.Phase != corev1.PodPending || isTrue(s.status.Conditions, corev1.PodReady) {
		t.Fatalf("%+v", s)
	}
}

func TestPodsOfJobsEnd(t *testing.T) {
	for _, c := range []struct {
		annotations map[string]string
		after       time.Duration
		phase       corev1.PodPhase
	}{
		{nil, time.Second, ""},
		{nil, 2 * time.Second, corev1.PodSucceeded},
		{map[string]string{AnnotationExitCode: "3"}, 2 * time.Second, corev1.PodFailed},
		{map[string]string{AnnotationRunFor: "10s"}, 9 * time.Second, ""},
		{map[string]string{AnnotationRunFor: "forever"}, time.Hour, ""},
	} {
		s := next(running(corev1.RestartPolicyNever, c.annotations), here, "", began.Add(c.after), options)
		if c.phase == "" && s.status != nil || c.phase != "" && (s.status == nil || s.status.Phase != c.phase) {
			t.Errorf("%v after %s: %+v", c.annotations, c.after, s)
		}
	}
}

func TestTermination(t *testing.T) {
	p := deleted(running(corev1.RestartPolicyAlways, nil), 30, began)
	if s := next(p, here, "", began, options); s.wait != time.Second {
		t.Fatalf("want a second's wait: %+v", s)
	}
	s := next(p, here, "", began.Add(time.Second), options)
	if s.status == nil || s.status.Phase != corev1.PodSucceeded || s.remove {
		t.Fatalf("want a terminal status first: %+v", s)
	}
	p.Status = *s.status
	if s := next(p, here, "", began.Add(time.Second), options); !s.remove {
		t.Fatalf("want the removal: %+v", s)
	}
	// Removed with grace 0, but held by a finalizer: not again and again.
	p = deleted(p, 0, began)
	p.Finalizers = []string{"example.org/hold"}
	if s := next(p, here, "", began.Add(time.Minute), options); s != (step{}) {
		t.Fatalf("want rest: %+v", s)
	}
}

func TestSigtermIgnored(t *testing.T) {
	p := deleted(running(corev1.RestartPolicyAlways, map[string]string{AnnotationStopAfter: "grace"}), 30, began)
	if s := next(p, here, "", began.Add(29*time.Second), options); s.wait != time.Second {
		t.Fatalf("%+v", s)
	}
	s := next(p, here, "", began.Add(30*time.Second), options)
	if s.status == nil || s.status.Phase != corev1.PodFailed || s.status.ContainerStatuses[0].State.Terminated.ExitCode != 137 {
		t.Fatalf("%+v", s)
	}
}
