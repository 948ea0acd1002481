package main

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"reflect"
	"strconv"

	metainternalversion "k8s.io/apimachinery/pkg/apis/meta/internalversion"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/endpoints/request"
	"k8s.io/apiserver/pkg/registry/rest"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	"k8s.io/kubernetes/pkg/apis/autoscaling"
	"k8s.io/kubernetes/pkg/apis/policy"
)

// reading is what the API server made of one request.
type reading struct {
	Status int    `json:"status"`
	Why    string `json:"why,omitempty"`
	// From the RequestInfo that the server's filters, authorization and audit go by.
	Verb        string `json:"verb,omitempty"`
	Group       string `json:"group,omitempty"`
	Resource    string `json:"resource,omitempty"`
	Subresource string `json:"subresource,omitempty"`
	Namespace   string `json:"namespace,omitempty"`
	Name        string `json:"name,omitempty"`
	IsResource  bool   `json:"isResource,omitempty"`
	// What reached the storage: update, delete, deletecollection, evict, create; nothing where it was refused.
	Op       string `json:"op,omitempty"`
	At       string `json:"at,omitempty"`
	DryRun   bool   `json:"dryRun,omitempty"`
	Replicas *int64 `json:"replicas,omitempty"`
	// Of the whole object that would be stored.
	Digest        string                `json:"digest,omitempty"`
	Options       *metav1.DeleteOptions `json:"options,omitempty"`
	LabelSelector string                `json:"labelSelector,omitempty"`
	FieldSelector string                `json:"fieldSelector,omitempty"`
	live          int32
}

type readingKey struct{}

func of(ctx context.Context) *reading { return ctx.Value(readingKey{}).(*reading) }

// recorder stands in for the storage of one resource or subresource. It holds one object, whatever it is
// asked for, and stores nothing.
type recorder struct {
	kind       schema.GroupVersionKind // internal
	namespaced bool
	singular   string
	at         string // resource or resource/subresource
}

func (r *recorder) New() runtime.Object {
	object, err := legacyscheme.Scheme.New(r.kind)
	if err != nil {
		panic(err)
	}
	return object
}
func (r *recorder) Destroy()                {}
func (r *recorder) NamespaceScoped() bool   { return r.namespaced }
func (r *recorder) GetSingularName() string { return r.singular }

func (r *recorder) live(ctx context.Context, name string) runtime.Object {
	object := r.New()
	accessor := object.(metav1.ObjectMetaAccessor).GetObjectMeta()
	accessor.SetName(name)
	accessor.SetNamespace(request.NamespaceValue(ctx))
	accessor.SetUID("00000000-0000-4000-8000-000000000001")
	accessor.SetResourceVersion("7")
	accessor.SetLabels(map[string]string{"app": "web"})
	setReplicas(object, of(ctx).live)
	return object
}

func (r *recorder) Get(ctx context.Context, name string, _ *metav1.GetOptions) (runtime.Object, error) {
	return r.live(ctx, name), nil
}

func (r *recorder) Update(ctx context.Context, name string, info rest.UpdatedObjectInfo, _ rest.ValidateObjectFunc, _ rest.ValidateObjectUpdateFunc, _ bool, options *metav1.UpdateOptions) (runtime.Object, bool, error) {
	seen := of(ctx)
	object, err := info.UpdatedObject(ctx, r.live(ctx, name))
	if err != nil {
		return nil, false, err
	}
	seen.Op, seen.At, seen.DryRun = "update", r.at+"/"+name, len(options.DryRun) > 0
	// They hold the time of writing.
	object.(metav1.ObjectMetaAccessor).GetObjectMeta().SetManagedFields(nil)
	seen.Replicas, seen.Digest = replicasOf(object), digestOf(object)
	return r.live(ctx, name), false, nil
}

func (r *recorder) Delete(ctx context.Context, name string, _ rest.ValidateObjectFunc, options *metav1.DeleteOptions) (runtime.Object, bool, error) {
	seen := of(ctx)
	seen.Op, seen.At, seen.DryRun, seen.Options = "delete", r.at+"/"+name, len(options.DryRun) > 0, options
	return done(), true, nil
}

func done() runtime.Object { return &metav1.Status{Status: metav1.StatusSuccess} }

// whole is the storage of a resource, which has more verbs than that of a subresource.
type whole struct{ *recorder }

func (r whole) DeleteCollection(ctx context.Context, _ rest.ValidateObjectFunc, options *metav1.DeleteOptions, list *metainternalversion.ListOptions) (runtime.Object, error) {
	seen := of(ctx)
	seen.Op, seen.At, seen.DryRun, seen.Options = "deletecollection", r.at, len(options.DryRun) > 0, options
	if list.LabelSelector != nil {
		seen.LabelSelector = list.LabelSelector.String()
	}
	if list.FieldSelector != nil {
		seen.FieldSelector = list.FieldSelector.String()
	}
	return done(), nil
}

func (r whole) Create(ctx context.Context, _ runtime.Object, _ rest.ValidateObjectFunc, options *metav1.CreateOptions) (runtime.Object, error) {
	seen := of(ctx)
	seen.Op, seen.At, seen.DryRun = "create", r.at, len(options.DryRun) > 0
	return done(), nil
}

// scaled is a workload's /scale: registry/apps/deployment/storage and its like.
type scaled struct {
	name       string
	namespaced bool
	at         string
}

func (s *scaled) recorder() *recorder {
	return &recorder{kind: autoscaling.SchemeGroupVersion.WithKind("Scale"), namespaced: true, at: s.at}
}
func (s *scaled) New() runtime.Object   { return &autoscaling.Scale{} }
func (s *scaled) Destroy()              {}
func (s *scaled) NamespaceScoped() bool { return s.namespaced }
func (s *scaled) GroupVersionKind(schema.GroupVersion) schema.GroupVersionKind {
	return schema.GroupVersionKind{Group: "autoscaling", Version: "v1", Kind: "Scale"}
}
func (s *scaled) Get(ctx context.Context, name string, options *metav1.GetOptions) (runtime.Object, error) {
	return s.recorder().Get(ctx, name, options)
}
func (s *scaled) Update(ctx context.Context, name string, info rest.UpdatedObjectInfo, create rest.ValidateObjectFunc, update rest.ValidateObjectUpdateFunc, force bool, options *metav1.UpdateOptions) (runtime.Object, bool, error) {
	return s.recorder().Update(ctx, name, info, create, update, force, options)
}

// evictions is registry/core/pod/storage/eviction.go up to where it looks at the Pod.
type evictions struct{}

var evictionKind = schema.GroupVersionKind{Group: "policy", Version: "v1", Kind: "Eviction"}

func (evictions) New() runtime.Object                                          { return &policy.Eviction{} }
func (evictions) Destroy()                                                     {}
func (evictions) NamespaceScoped() bool                                        { return true }
func (evictions) GroupVersionKind(schema.GroupVersion) schema.GroupVersionKind { return evictionKind }
func (evictions) AcceptsGroupVersion(gv schema.GroupVersion) bool {
	return gv == schema.GroupVersion{Group: "policy", Version: "v1"} || gv == schema.GroupVersion{Group: "policy", Version: "v1beta1"}
}
func (evictions) Create(ctx context.Context, name string, object runtime.Object, _ rest.ValidateObjectFunc, options *metav1.CreateOptions) (runtime.Object, error) {
	eviction, ok := object.(*policy.Eviction)
	if !ok {
		return nil, fmt.Errorf("not an Eviction: %T", object)
	}
	if name != eviction.Name {
		return nil, fmt.Errorf("name in URL does not match name in Eviction object")
	}
	given := eviction.DeleteOptions
	if given == nil {
		given = &metav1.DeleteOptions{}
	}
	if len(given.DryRun) == 0 {
		given.DryRun = options.DryRun
	} else if len(options.DryRun) > 0 && !reflect.DeepEqual(options.DryRun, given.DryRun) {
		return nil, fmt.Errorf("non-matching dry-run options")
	}
	seen := of(ctx)
	seen.Op, seen.At, seen.DryRun, seen.Options = "evict", "pods/eviction/"+name, len(given.DryRun) > 0, given
	return done(), nil
}

func digestOf(object any) string {
	text, err := json.Marshal(object)
	if err != nil {
		return err.Error()
	}
	sum := fnv.New64a()
	_, _ = sum.Write(text)
	return strconv.FormatUint(sum.Sum64(), 36)
}

// replicasOf is spec.replicas of any type that has such a number; nil is left out.
func replicasOf(object runtime.Object) *int64 {
	field, ok := replicasField(object)
	if !ok {
		return nil
	}
	if field.Kind() == reflect.Pointer {
		if field.IsNil() {
			return nil
		}
		field = field.Elem()
	}
	number := field.Int()
	return &number
}

// setReplicas sets spec.replicas where there is one; below zero it is left out.
func setReplicas(object runtime.Object, number int32) {
	field, ok := replicasField(object)
	if !ok {
		return
	}
	field.SetZero()
	if number < 0 {
		return
	}
	if field.Kind() == reflect.Pointer {
		field.Set(reflect.New(field.Type().Elem()))
		field = field.Elem()
	}
	field.SetInt(int64(number))
}

func replicasField(object runtime.Object) (reflect.Value, bool) {
	spec := reflect.ValueOf(object).Elem().FieldByName("Spec")
	if !spec.IsValid() || spec.Kind() != reflect.Struct {
		return reflect.Value{}, false
	}
	field := spec.FieldByName("Replicas")
	return field, field.IsValid()
}
