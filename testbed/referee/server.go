package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	restful "github.com/emicklei/go-restful/v3"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/managedfields"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/apiserver/pkg/admission"
	"k8s.io/apiserver/pkg/audit"
	"k8s.io/apiserver/pkg/authorization/authorizerfactory"
	"k8s.io/apiserver/pkg/endpoints"
	"k8s.io/apiserver/pkg/endpoints/request"
	"k8s.io/apiserver/pkg/registry/rest"
	genericserver "k8s.io/apiserver/pkg/server"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	_ "k8s.io/kubernetes/pkg/controlplane"
)

type server struct {
	info    *request.RequestInfoFactory
	builtIn http.Handler
	custom  http.Handler
}

// Kinds that stand in no namespace; their storage says so, and it is not among the scheme's types.
var clusterScoped = sets.New("Namespace", "Node", "PersistentVolume", "ClusterRole", "ClusterRoleBinding", "StorageClass",
	"CSIDriver", "CSINode", "VolumeAttachment", "VolumeAttributesClass", "PriorityClass", "RuntimeClass", "IngressClass",
	"MutatingWebhookConfiguration", "ValidatingWebhookConfiguration", "ValidatingAdmissionPolicy",
	"ValidatingAdmissionPolicyBinding", "FlowSchema", "PriorityLevelConfiguration", "CertificateSigningRequest",
	"DeviceClass", "ResourceSlice", "ServiceCIDR", "IPAddress")

func newServer() (*server, error) {
	container := restful.NewContainer()
	container.ServeMux = http.NewServeMux()
	container.Router(restful.CurlyRouter{})
	for _, version := range legacyscheme.Scheme.PrioritizedVersionsAllGroups() {
		storage := storageOf(version)
		if len(storage) == 0 {
			continue
		}
		if err := install(container, version, storage); err != nil {
			return nil, err
		}
	}
	custom, err := customResources()
	if err != nil {
		return nil, err
	}
	return &server{
		info: &request.RequestInfoFactory{
			APIPrefixes:          sets.NewString("api", "apis"),
			GrouplessAPIPrefixes: sets.NewString("api"),
		},
		builtIn: container,
		custom:  custom,
	}, nil
}

// storageOf is a recorder for every type of the API that has a list, and the subresources that may destroy.
func storageOf(version schema.GroupVersion) map[string]rest.Storage {
	storage := map[string]rest.Storage{}
	types := legacyscheme.Scheme.KnownTypes(version)
	for kind := range types {
		_, hasList := types[kind+"List"]
		internal := schema.GroupVersionKind{Group: version.Group, Version: runtime.APIVersionInternal, Kind: kind}
		object, err := legacyscheme.Scheme.New(internal)
		if !hasList || err != nil {
			continue
		}
		if _, err := meta.Accessor(object); err != nil {
			continue
		}
		plural, singular := meta.UnsafeGuessKindToResource(version.WithKind(kind))
		at := plural.Resource
		recorded := whole{&recorder{kind: internal, namespaced: !clusterScoped.Has(kind), singular: singular.Resource, at: at}}
		storage[at] = recorded
		if _, ok := replicasField(object); ok {
			storage[at+"/scale"] = &scaled{namespaced: true, at: at + "/scale"}
		}
		if kind == "Pod" && version.Group == "" {
			storage["pods/eviction"] = evictions{}
		}
	}
	return storage
}

func install(container *restful.Container, version schema.GroupVersion, storage map[string]rest.Storage) error {
	scheme := legacyscheme.Scheme
	info := genericserver.NewDefaultAPIGroupInfo(version.Group, scheme, legacyscheme.ParameterCodec, legacyscheme.Codecs)
	root := "/apis"
	if version.Group == "" {
		root = "/api"
	}
	group := endpoints.APIGroupVersion{
		Storage:                    storage,
		Root:                       root,
		GroupVersion:               version,
		MetaGroupVersion:           info.MetaGroupVersion,
		Serializer:                 info.NegotiatedSerializer,
		ParameterCodec:             info.ParameterCodec,
		Typer:                      scheme,
		Creater:                    scheme,
		Convertor:                  scheme,
		ConvertabilityChecker:      scheme,
		Defaulter:                  scheme,
		Namer:                      runtime.Namer(meta.NewAccessor()),
		UnsafeConvertor:            runtime.UnsafeObjectConvertor(scheme),
		TypeConverter:              managedfields.NewDeducedTypeConverter(),
		EquivalentResourceRegistry: runtime.NewEquivalentResourceRegistry(),
		Authorizer:                 authorizerfactory.NewAlwaysAllowAuthorizer(),
		Admit:                      admission.NewChainHandler(),
		MaxRequestBodyBytes:        3 * 1024 * 1024,
	}
	_, _, err := group.InstallREST(container)
	return err
}

// recovering answers 500 where a handler panics, as the server's filter does. (A custom resource in protobuf panics.)
func recovering(handler http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		defer func() {
			if problem := recover(); problem != nil {
				http.Error(w, fmt.Sprint("panic: ", problem), http.StatusInternalServerError)
			}
		}()
		handler.ServeHTTP(w, req)
	})
}

// read lets the server read the bytes of one request.
func (s *server) read(bytesOfRequest []byte, live int32) *reading {
	seen := &reading{live: live}
	req, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(bytesOfRequest)))
	if err != nil {
		seen.Status, seen.Why = http.StatusBadRequest, err.Error()
		return seen
	}
	ctx := audit.WithAuditContext(context.WithValue(req.Context(), readingKey{}, seen))
	req = req.WithContext(ctx)
	info, err := s.info.NewRequestInfo(req)
	if err != nil {
		seen.Status, seen.Why = http.StatusBadRequest, err.Error()
		return seen
	}
	seen.IsResource, seen.Verb, seen.Group, seen.Resource = info.IsResourceRequest, info.Verb, info.APIGroup, info.Resource
	seen.Subresource, seen.Namespace, seen.Name = info.Subresource, info.Namespace, info.Name
	req = req.WithContext(request.WithRequestInfo(ctx, info))
	answer := httptest.NewRecorder()
	handler := s.builtIn
	if isCustom(info.APIGroup) {
		handler = s.custom
	}
	recovering(handler).ServeHTTP(answer, req)
	seen.Status = answer.Code
	if answer.Code >= 300 {
		seen.Why = strings.TrimSpace(answer.Body.String())
		if len(seen.Why) > 300 {
			seen.Why = seen.Why[:300]
		}
	} else if seen.Op == "custom" {
		seen.fromCustom(answer.Body.Bytes())
	}
	return seen
}
