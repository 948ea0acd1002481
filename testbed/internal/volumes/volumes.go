// Package volumes is a dynamic provisioner in the manner of a CSI driver's: it makes a PersistentVolume
// for each claim of its StorageClasses, and deletes volume and data when a released one has the reclaim
// policy Delete. A volume is a folder, so that a test can see whether data was lost.
package volumes

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	corelisters "k8s.io/client-go/listers/core/v1"
	storagelisters "k8s.io/client-go/listers/storage/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/util/workqueue"
	"k8s.io/klog/v2"
)

const (
	// Driver is the provisioner's name in StorageClasses.
	Driver = "volumes.testbed.toolcrib.dev"
	// Names that external provisioners share; the controller manager and the scheduler know them.
	annotationProvisionedBy = "pv.kubernetes.io/provisioned-by"
	annotationProvisioner   = "volume.kubernetes.io/storage-provisioner"
	annotationSelectedNode  = "volume.kubernetes.io/selected-node"
	finalizer               = "external-provisioner.volume.kubernetes.io/finalizer"
)

type provisioner struct {
	client  kubernetes.Interface
	dir     string
	claims  corelisters.PersistentVolumeClaimLister
	volumes corelisters.PersistentVolumeLister
	classes storagelisters.StorageClassLister
	queue   workqueue.TypedRateLimitingInterface[cache.ObjectName]
}

// Run provisions until ctx ends. Each volume is the folder DIR/<name of the PersistentVolume>.
func Run(ctx context.Context, client kubernetes.Interface, dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	factory := informers.NewSharedInformerFactory(client, 0)
	p := &provisioner{
		client:  client,
		dir:     dir,
		claims:  factory.Core().V1().PersistentVolumeClaims().Lister(),
		volumes: factory.Core().V1().PersistentVolumes().Lister(),
		classes: factory.Storage().V1().StorageClasses().Lister(),
		queue:   workqueue.NewTypedRateLimitingQueue(workqueue.NewTypedItemExponentialFailureRateLimiter[cache.ObjectName](50*time.Millisecond, 5*time.Second)),
	}
	handler := cache.ResourceEventHandlerFuncs{
		AddFunc:    p.enqueue,
		UpdateFunc: func(_, object any) { p.enqueue(object) },
	}
	for _, informer := range []cache.SharedIndexInformer{
		factory.Core().V1().PersistentVolumeClaims().Informer(), factory.Core().V1().PersistentVolumes().Informer(),
	} {
		if _, err := informer.AddEventHandler(handler); err != nil {
			return err
		}
	}
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())
	go func() {
		<-ctx.Done()
		p.queue.ShutDown()
	}()
	for {
		key, shutdown := p.queue.Get()
		if shutdown {
			return nil
		}
		if err := p.sync(ctx, key); err != nil && ctx.Err() == nil {
			if !apierrors.IsConflict(err) {
				klog.ErrorS(err, "provision", "object", key)
			}
			p.queue.AddRateLimited(key)
		} else {
			p.queue.Forget(key)
		}
		p.queue.Done(key)
	}
}

// enqueue takes claims and volumes: only the latter have no namespace.
func (p *provisioner) enqueue(object any) {
	if key, err := cache.ObjectToName(object); err == nil {
		p.queue.Add(key)
	}
}

func (p *provisioner) sync(ctx context.Context, key cache.ObjectName) error {
	if key.Namespace == "" {
		volume, err := p.volumes.Get(key.Name)
		if apierrors.IsNotFound(err) {
			return nil
		} else if err != nil {
			return err
		}
		return p.reclaim(ctx, volume)
	}
	claim, err := p.claims.PersistentVolumeClaims(key.Namespace).Get(key.Name)
	if apierrors.IsNotFound(err) {
		return nil
	} else if err != nil {
		return err
	}
	return p.provision(ctx, claim)
}

func (p *provisioner) provision(ctx context.Context, claim *corev1.PersistentVolumeClaim) error {
	if claim.Spec.VolumeName != "" || claim.DeletionTimestamp != nil || claim.Annotations[annotationProvisioner] != Driver || claim.Spec.StorageClassName == nil {
		return nil
	}
	class, err := p.classes.Get(*claim.Spec.StorageClassName)
	if err != nil {
		return err
	}
	waits := class.VolumeBindingMode != nil && *class.VolumeBindingMode == storagev1.VolumeBindingWaitForFirstConsumer
	if waits && claim.Annotations[annotationSelectedNode] == "" {
		return nil
	}
	// The name follows from the claim's UID, so a repeated call makes no second volume.
	name := "pvc-" + string(claim.UID)
	if err := os.MkdirAll(filepath.Join(p.dir, name), 0o700); err != nil {
		return err
	}
	volume := &corev1.PersistentVolume{
		ObjectMeta: metav1.ObjectMeta{
			Name:        name,
			Annotations: map[string]string{annotationProvisionedBy: Driver},
			Finalizers:  []string{finalizer},
		},
		Spec: corev1.PersistentVolumeSpec{
			Capacity:                      claim.Spec.Resources.Requests,
			AccessModes:                   claim.Spec.AccessModes,
			VolumeMode:                    claim.Spec.VolumeMode,
			PersistentVolumeReclaimPolicy: *class.ReclaimPolicy,
			StorageClassName:              class.Name,
			MountOptions:                  class.MountOptions,
			ClaimRef: &corev1.ObjectReference{
				APIVersion: "v1", Kind: "PersistentVolumeClaim", Namespace: claim.Namespace, Name: claim.Name,
				UID: claim.UID, ResourceVersion: claim.ResourceVersion,
			},
			PersistentVolumeSource: corev1.PersistentVolumeSource{CSI: &corev1.CSIPersistentVolumeSource{
				Driver: Driver, VolumeHandle: name,
			}},
		},
	}
	_, err = p.client.CoreV1().PersistentVolumes().Create(ctx, volume, metav1.CreateOptions{})
	if apierrors.IsAlreadyExists(err) {
		return nil
	}
	return err
}

func (p *provisioner) reclaim(ctx context.Context, volume *corev1.PersistentVolume) error {
	if volume.Annotations[annotationProvisionedBy] != Driver || volume.Spec.CSI == nil {
		return nil
	}
	deletes := volume.Spec.PersistentVolumeReclaimPolicy == corev1.PersistentVolumeReclaimDelete
	holds := slices.Contains(volume.Finalizers, finalizer)
	// The finalizer says that the data goes with the object; it follows the policy either way.
	if !deletes && holds {
		return p.setFinalizer(ctx, volume, false)
	}
	if deletes && !holds && volume.DeletionTimestamp == nil {
		return p.setFinalizer(ctx, volume, true)
	}
	if !deletes || volume.Status.Phase != corev1.VolumeReleased {
		return nil
	}
	if volume.DeletionTimestamp == nil {
		// Pinned to the state that was seen: the policy may have been changed to Retain just now.
		err := p.client.CoreV1().PersistentVolumes().Delete(ctx, volume.Name, metav1.DeleteOptions{
			Preconditions: &metav1.Preconditions{UID: &volume.UID, ResourceVersion: &volume.ResourceVersion},
		})
		if apierrors.IsNotFound(err) {
			return nil
		}
		return err // its own deletion event brings it back here
	}
	if err := os.RemoveAll(filepath.Join(p.dir, filepath.Base(volume.Spec.CSI.VolumeHandle))); err != nil {
		return err
	}
	return p.setFinalizer(ctx, volume, false)
}

func (p *provisioner) setFinalizer(ctx context.Context, volume *corev1.PersistentVolume, want bool) error {
	updated := volume.DeepCopy()
	updated.Finalizers = slices.DeleteFunc(updated.Finalizers, func(each string) bool { return each == finalizer })
	if want {
		updated.Finalizers = append(updated.Finalizers, finalizer)
	} else if len(updated.Finalizers) == len(volume.Finalizers) {
		return nil
	}
	_, err := p.client.CoreV1().PersistentVolumes().Update(ctx, updated, metav1.UpdateOptions{})
	if err != nil && !apierrors.IsNotFound(err) {
		return fmt.Errorf("finalizer of %s: %w", volume.Name, err)
	}
	return nil
}
