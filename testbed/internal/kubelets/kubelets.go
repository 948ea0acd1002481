package kubelets

import (
	"context"
	"fmt"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	corelisters "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/util/workqueue"
	"k8s.io/klog/v2"
)

const heartbeat = 10 * time.Second // a kubelet's own lease is renewed every 10 s too

type kubelets struct {
	options Options
	nodes   map[string]*Node
	pods    corelisters.PodLister
	nodeSet corelisters.NodeLister
	needs   needs
	queue   workqueue.TypedRateLimitingInterface[string]

	mutex sync.Mutex
	ips   map[string]string // Pod UID → IP
	given int
}

// Run registers the Nodes and plays their kubelets until ctx ends. It returns early only when a Node
// could not be registered. watcher needs to read Nodes, Pods, ConfigMaps and Secrets only; every write
// is made by the Node's own client.
func Run(ctx context.Context, watcher kubernetes.Interface, nodes []*Node, options Options) error {
	k := &kubelets{
		options: options,
		nodes:   map[string]*Node{},
		ips:     map[string]string{},
		queue:   workqueue.NewTypedRateLimitingQueue(workqueue.NewTypedItemExponentialFailureRateLimiter[string](50*time.Millisecond, 5*time.Second)),
	}
	for _, node := range nodes {
		if err := node.register(ctx); err != nil {
			return fmt.Errorf("register %s: %w", node.Name, err)
		}
		k.nodes[node.Name] = node
	}
	factory := informers.NewSharedInformerFactory(watcher, 0)
	pods := factory.Core().V1().Pods()
	k.pods, k.nodeSet = pods.Lister(), factory.Core().V1().Nodes().Lister()
	k.needs = newNeeds(factory)
	if _, err := pods.Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    k.enqueue,
		UpdateFunc: func(_, pod any) { k.enqueue(pod) },
		DeleteFunc: k.forget,
	}); err != nil {
		return err
	}
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())
	for range 8 {
		go func() {
			for k.work(ctx) {
			}
		}()
	}
	for _, node := range nodes {
		go k.keepReady(ctx, node)
	}
	<-ctx.Done()
	k.queue.ShutDown()
	return nil
}

func (k *kubelets) enqueue(object any) {
	pod := object.(*corev1.Pod)
	if k.nodes[pod.Spec.NodeName] != nil {
		k.queue.Add(pod.Namespace + "/" + pod.Name)
	}
}

func (k *kubelets) forget(object any) {
	if last, ok := object.(cache.DeletedFinalStateUnknown); ok {
		object = last.Obj
	}
	if pod, ok := object.(*corev1.Pod); ok {
		k.mutex.Lock()
		delete(k.ips, string(pod.UID))
		k.mutex.Unlock()
	}
}

func (k *kubelets) keepReady(ctx context.Context, node *Node) {
	for wasStopped := false; ; {
		object, err := k.nodeSet.Get(node.Name)
		// A Node that somebody deleted stays deleted: a kubelet registers itself only when it starts.
		if err == nil && object.Annotations[AnnotationStopped] == "true" {
			wasStopped = true
		} else if err == nil {
			if err := node.beat(ctx, object); err != nil && ctx.Err() == nil {
				klog.ErrorS(err, "heartbeat", "node", node.Name)
			}
			if wasStopped {
				wasStopped = false
				k.enqueueAll(node.Name)
			}
		}
		wait := heartbeat
		if wasStopped || err != nil || !ready(object) {
			wait = time.Second // a test waits for it
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}

func (k *kubelets) enqueueAll(node string) {
	pods, _ := k.pods.List(everything)
	for _, pod := range pods {
		if pod.Spec.NodeName == node {
			k.enqueue(pod)
		}
	}
}

func (k *kubelets) work(ctx context.Context) bool {
	key, shutdown := k.queue.Get()
	if shutdown {
		return false
	}
	defer k.queue.Done(key)
	wait, err := k.sync(ctx, key)
	switch {
	case err != nil && ctx.Err() == nil:
		if !apierrors.IsConflict(err) { // the informer will bring the newer Pod
			klog.ErrorS(err, "sync", "pod", key)
		}
		k.queue.AddRateLimited(key)
	case wait > 0:
		k.queue.Forget(key)
		k.queue.AddAfter(key, wait)
	default:
		k.queue.Forget(key)
	}
	return true
}

func (k *kubelets) sync(ctx context.Context, key string) (time.Duration, error) {
	namespace, name, err := cache.SplitMetaNamespaceKey(key)
	if err != nil {
		return 0, err
	}
	pod, err := k.pods.Pods(namespace).Get(name)
	if apierrors.IsNotFound(err) {
		return 0, nil
	} else if err != nil {
		return 0, err
	}
	node := k.nodes[pod.Spec.NodeName]
	if node == nil {
		return 0, nil // another Pod has this name now, and no Node yet
	}
	object, err := k.nodeSet.Get(node.Name)
	if err != nil || object.Annotations[AnnotationStopped] == "true" {
		return 0, nil // no kubelet there; podgc or the node's return decides
	}
	missing := ""
	if started(pod) == nil && pod.DeletionTimestamp == nil {
		missing = k.needs.missing(pod)
	}
	step := next(pod, host{nodeIP: node.ip(), podIP: k.podIP(pod, node)}, missing, time.Now(), k.options)
	pods := node.Client.CoreV1().Pods(namespace)
	switch {
	case step.remove:
		// By UID: a StatefulSet may have made a new Pod of this name already.
		options := metav1.NewDeleteOptions(0)
		options.Preconditions = &metav1.Preconditions{UID: &pod.UID}
		err := pods.Delete(ctx, name, *options)
		if apierrors.IsNotFound(err) || apierrors.IsConflict(err) {
			err = nil
		}
		return 0, err
	case step.status != nil:
		updated := pod.DeepCopy()
		updated.Status = *step.status
		_, err := pods.UpdateStatus(ctx, updated, metav1.UpdateOptions{})
		if apierrors.IsNotFound(err) {
			err = nil
		}
		if missing != "" {
			return time.Second, err
		}
		return 0, err
	case missing != "":
		return time.Second, nil
	}
	return step.wait, nil
}

// podIP keeps a Pod's address for its life; none is given twice while in use.
func (k *kubelets) podIP(pod *corev1.Pod, node *Node) string {
	if pod.Spec.HostNetwork {
		return node.ip()
	}
	if pod.Status.PodIP != "" {
		return pod.Status.PodIP
	}
	k.mutex.Lock()
	defer k.mutex.Unlock()
	ip, ok := k.ips[string(pod.UID)]
	if !ok {
		k.given++
		ip = fmt.Sprintf("10.244.%d.%d", k.given/250%250, k.given%250+1)
		k.ips[string(pod.UID)] = ip
	}
	return ip
}
