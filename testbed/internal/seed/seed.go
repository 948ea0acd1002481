// Package seed creates what a cluster has besides its control plane: people with rights, and storage.
package seed

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	storagev1 "k8s.io/api/storage/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"toolcrib.dev/testbed/internal/volumes"
)

// Person is somebody with a client certificate.
type Person struct {
	Name      string
	Group     string
	Namespace string // where the kubeconfig's context points, and where a namespaced role counts
	role      string
}

// Namespace is the one that Ben may edit.
const Namespace = "shop"

// Persons are the three whom tests act as: one who may do everything, one who may edit one namespace,
// one who may only look (and not at Secrets). The roles are Kubernetes' own.
var Persons = []Person{
	{Name: "aiko", Group: "platform", Namespace: "default", role: "cluster-admin"},
	{Name: "ben", Group: "shop-team", Namespace: Namespace, role: "edit"},
	{Name: "cho", Group: "auditors", Namespace: "default", role: "view"},
}

// Apply creates it all in an empty cluster.
func Apply(ctx context.Context, client kubernetes.Interface) error {
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: Namespace}}
	if _, err := client.CoreV1().Namespaces().Create(ctx, namespace, metav1.CreateOptions{}); err != nil {
		return err
	}
	for _, person := range Persons {
		subjects := []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: person.Name}}
		role := rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: person.role}
		meta := metav1.ObjectMeta{Name: "testbed:" + person.Name}
		var err error
		if person.Namespace == Namespace {
			binding := &rbacv1.RoleBinding{ObjectMeta: meta, Subjects: subjects, RoleRef: role}
			_, err = client.RbacV1().RoleBindings(Namespace).Create(ctx, binding, metav1.CreateOptions{})
		} else {
			binding := &rbacv1.ClusterRoleBinding{ObjectMeta: meta, Subjects: subjects, RoleRef: role}
			_, err = client.RbacV1().ClusterRoleBindings().Create(ctx, binding, metav1.CreateOptions{})
		}
		if err != nil {
			return err
		}
	}
	return storage(ctx, client)
}

// storage: the default class deletes its volumes, as cloud providers' do; the others keep them, or wait
// for a Pod to be scheduled.
func storage(ctx context.Context, client kubernetes.Interface) error {
	no := false
	driver := &storagev1.CSIDriver{
		ObjectMeta: metav1.ObjectMeta{Name: volumes.Driver},
		Spec:       storagev1.CSIDriverSpec{AttachRequired: &no}, // nothing here would answer VolumeAttachments
	}
	if _, err := client.StorageV1().CSIDrivers().Create(ctx, driver, metav1.CreateOptions{}); err != nil {
		return err
	}
	for _, class := range []struct {
		name    string
		reclaim corev1.PersistentVolumeReclaimPolicy
		binding storagev1.VolumeBindingMode
	}{
		{"standard", corev1.PersistentVolumeReclaimDelete, storagev1.VolumeBindingImmediate},
		{"standard-retain", corev1.PersistentVolumeReclaimRetain, storagev1.VolumeBindingImmediate},
		{"standard-wait", corev1.PersistentVolumeReclaimDelete, storagev1.VolumeBindingWaitForFirstConsumer},
	} {
		object := &storagev1.StorageClass{
			ObjectMeta:        metav1.ObjectMeta{Name: class.name},
			Provisioner:       volumes.Driver,
			ReclaimPolicy:     &class.reclaim,
			VolumeBindingMode: &class.binding,
		}
		if class.name == "standard" {
			object.Annotations = map[string]string{"storageclass.kubernetes.io/is-default-class": "true"}
		}
		if _, err := client.StorageV1().StorageClasses().Create(ctx, object, metav1.CreateOptions{}); err != nil {
			return err
		}
	}
	return nil
}
