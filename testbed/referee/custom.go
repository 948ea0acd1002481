package main

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	extensionserver "k8s.io/apiextensions-apiserver/pkg/apiserver"
	informers "k8s.io/apiextensions-apiserver/pkg/client/informers/externalversions"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apiserver/pkg/admission"
	"k8s.io/apiserver/pkg/authorization/authorizerfactory"
	"k8s.io/apiserver/pkg/endpoints/request"
	"k8s.io/apiserver/pkg/registry/generic"
	"k8s.io/apiserver/pkg/storage"
	"k8s.io/apiserver/pkg/storage/storagebackend"
	"k8s.io/apiserver/pkg/storage/storagebackend/factory"
	"k8s.io/client-go/tools/cache"
)

// A custom resource as operators define them, and one whose group ends as built-in ones do, with a default.
var customGroups = map[string]string{"stable.example.com": "", "scaling.x-k8s.io": `, "default": 2`}

func isCustom(group string) bool {
	_, ok := customGroups[group]
	return ok
}

// customResources is the handler that serves custom resources, with its own storage but for the bottom of it.
func customResources() (http.Handler, error) {
	factory := informers.NewSharedInformerFactory(nil, 0)
	crds := factory.Apiextensions().V1().CustomResourceDefinitions()
	for group, defaulted := range customGroups {
		definition, err := definitionOf(group, defaulted)
		if err != nil {
			return nil, err
		}
		if err := crds.Informer().GetIndexer().Add(definition); err != nil {
			return nil, err
		}
	}
	return extensionserver.NewCustomResourceDefinitionHandler(nil, nil, crds, http.NotFoundHandler(), oneObjectOptions{},
		admission.NewChainHandler(), nil, nil, nil, 1, authorizerfactory.NewAlwaysAllowAuthorizer(), 0, 0, nil, 3*1024*1024)
}

func definitionOf(group, defaulted string) (*apiextensions.CustomResourceDefinition, error) {
	text := `{
		"metadata": {"name": "crates.` + group + `", "uid": "` + group + `"},
		"spec": {
			"group": "` + group + `", "scope": "Namespaced", "conversion": {"strategy": "None"},
			"names": {"plural": "crates", "singular": "crate", "kind": "Crate", "listKind": "CrateList"},
			"versions": [{
				"name": "v1", "served": true, "storage": true,
				"subresources": {"scale": {"specReplicasPath": ".spec.replicas", "statusReplicasPath": ".status.replicas"}},
				"schema": {"openAPIV3Schema": {"type": "object", "properties": {
					"spec": {"type": "object", "x-kubernetes-preserve-unknown-fields": true, "properties": {
						"replicas": {"type": "integer"` + defaulted + `}}},
					"status": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}}}}
			}]
		},
		"status": {
			"acceptedNames": {"plural": "crates", "singular": "crate", "kind": "Crate", "listKind": "CrateList"},
			"conditions": [{"type": "NamesAccepted", "status": "True"}, {"type": "Established", "status": "True"}]
		}
	}`
	definition := &apiextensions.CustomResourceDefinition{}
	return definition, json.Unmarshal([]byte(text), definition)
}

// fromCustom reads what became of a custom resource from the answer; its own storage knows only that it was written.
// By the exact names of its fields: Go's decoding into a struct would take `SPEC` for `spec`.
func (r *reading) fromCustom(answer []byte) {
	r.Op = "update"
	var object map[string]any
	if json.Unmarshal(answer, &object) != nil {
		r.Op = "update-unread"
		return
	}
	// Without what the server itself writes, such as times.
	r.Digest = digestOf([]any{object["spec"], object["status"]})
	spec, _ := object["spec"].(map[string]any)
	if replicas, ok := spec["replicas"].(float64); ok {
		number := int64(replicas)
		r.Replicas = &number
	} else if object["kind"] == "Scale" {
		r.Replicas = new(int64)
	}
}

type oneObjectOptions struct{}

func (oneObjectOptions) GetRESTOptions(resource schema.GroupResource, _ runtime.Object) (generic.RESTOptions, error) {
	config := &storagebackend.ConfigForResource{GroupResource: resource}
	config.Codec = unstructured.UnstructuredJSONScheme
	decorator := func(*storagebackend.ConfigForResource, string, func(runtime.Object) (string, error), func() runtime.Object,
		func() runtime.Object, storage.AttrFunc, storage.IndexerFuncs, *cache.Indexers) (storage.Interface, factory.DestroyFunc, error) {
		return oneObject{resource: resource}, func() {}, nil
	}
	return generic.RESTOptions{StorageConfig: config, Decorator: decorator, ResourcePrefix: resource.Resource}, nil
}

// oneObject is the bottom of the storage: one custom resource under every name, and nothing is stored.
type oneObject struct {
	storage.Interface
	resource schema.GroupResource
}

func (oneObject) Versioner() storage.Versioner { return storage.APIObjectVersioner{} }

func (s oneObject) Get(ctx context.Context, key string, _ storage.GetOptions, into runtime.Object) error {
	seen := of(ctx)
	// In a dry run nothing further is asked of the storage.
	seen.Op, seen.At, seen.DryRun = "custom", s.resource.Resource+"/"+lastOf(key), true
	s.fill(ctx, key, into)
	return nil
}

func (s oneObject) GuaranteedUpdate(ctx context.Context, key string, destination runtime.Object, _ bool,
	preconditions *storage.Preconditions, tryUpdate storage.UpdateFunc, _ runtime.Object) error {
	current := &unstructured.Unstructured{}
	s.fill(ctx, key, current)
	if err := preconditions.Check(key, current); err != nil {
		return err
	}
	updated, _, err := tryUpdate(current, storage.ResponseMeta{ResourceVersion: 7})
	if err != nil {
		return err
	}
	seen := of(ctx)
	seen.Op, seen.At, seen.DryRun = "custom", s.resource.Resource+"/"+lastOf(key), false
	destination.(*unstructured.Unstructured).Object = updated.(*unstructured.Unstructured).Object
	return nil
}

func (s oneObject) fill(ctx context.Context, key string, into runtime.Object) {
	into.(*unstructured.Unstructured).Object = map[string]any{
		"apiVersion": s.resource.Group + "/v1",
		"kind":       "Crate",
		"metadata": map[string]any{
			"name": lastOf(key), "namespace": request.NamespaceValue(ctx), "resourceVersion": "7",
			"uid": string(types.UID("00000000-0000-4000-8000-000000000001")), "generation": int64(1),
			"creationTimestamp": "2026-01-01T00:00:00Z", "labels": map[string]any{"app": "web"},
		},
		"spec": map[string]any{"replicas": int64(of(ctx).live), "size": "large"},
	}
}

func lastOf(key string) string { return key[strings.LastIndexByte(key, '/')+1:] }

var _ metav1.Object = &unstructured.Unstructured{}
