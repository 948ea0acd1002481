package kubelets

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/informers"
	corelisters "k8s.io/client-go/listers/core/v1"
)

var everything = labels.Everything()

// needs knows what a container cannot start without. (That a claim is bound is the scheduler's business.)
type needs struct {
	configMaps corelisters.ConfigMapLister
	secrets    corelisters.SecretLister
}

func newNeeds(factory informers.SharedInformerFactory) needs {
	return needs{
		configMaps: factory.Core().V1().ConfigMaps().Lister(),
		secrets:    factory.Core().V1().Secrets().Lister(),
	}
}

// missing names the first ConfigMap or Secret that the Pod requires and that is not there, or "".
func (n needs) missing(pod *corev1.Pod) string {
	absent := ""
	configMap := func(name string, optional *bool) {
		if _, err := n.configMaps.ConfigMaps(pod.Namespace).Get(name); err != nil && !yes(optional) && absent == "" {
			absent = fmt.Sprintf("configmap %q not found", name)
		}
	}
	secret := func(name string, optional *bool) {
		if _, err := n.secrets.Secrets(pod.Namespace).Get(name); err != nil && !yes(optional) && absent == "" {
			absent = fmt.Sprintf("secret %q not found", name)
		}
	}
	for _, volume := range pod.Spec.Volumes {
		switch {
		case volume.ConfigMap != nil:
			configMap(volume.ConfigMap.Name, volume.ConfigMap.Optional)
		case volume.Secret != nil:
			secret(volume.Secret.SecretName, volume.Secret.Optional)
		case volume.Projected != nil:
			for _, source := range volume.Projected.Sources {
				if source.ConfigMap != nil {
					configMap(source.ConfigMap.Name, source.ConfigMap.Optional)
				}
				if source.Secret != nil {
					secret(source.Secret.Name, source.Secret.Optional)
				}
			}
		}
	}
	for _, container := range append(append([]corev1.Container{}, pod.Spec.InitContainers...), pod.Spec.Containers...) {
		for _, from := range container.EnvFrom {
			if from.ConfigMapRef != nil {
				configMap(from.ConfigMapRef.Name, from.ConfigMapRef.Optional)
			}
			if from.SecretRef != nil {
				secret(from.SecretRef.Name, from.SecretRef.Optional)
			}
		}
		for _, env := range container.Env {
			if env.ValueFrom == nil {
				continue
			}
			if ref := env.ValueFrom.ConfigMapKeyRef; ref != nil {
				configMap(ref.Name, ref.Optional)
			}
			if ref := env.ValueFrom.SecretKeyRef; ref != nil {
				secret(ref.Name, ref.Optional)
			}
		}
	}
	return absent
}

func yes(optional *bool) bool { return optional != nil && *optional }
