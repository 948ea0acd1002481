package main

import (
	"bytes"
	"fmt"
	"math/rand"
	"sort"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	"sigs.k8s.io/randfill"
)

// sample is one object of an API type, by random, as each of the serializers writes it.
type sample struct {
	Group    string `json:"group"`
	Version  string `json:"version"`
	Kind     string `json:"kind"`
	Resource string `json:"resource"`
	JSON     []byte `json:"json"`
	YAML     []byte `json:"yaml"`
	Protobuf []byte `json:"protobuf"`
}

// generate makes count objects of every type whose writing may lower, delete or evict: whatever has spec.replicas,
// Scale, Eviction and DeleteOptions in each group and version that the API has them in.
func generate(seed int64, count int) ([]sample, error) {
	random := rand.New(rand.NewSource(seed))
	fill := filler(random)
	samples := []sample{}
	for _, kind := range wantedKinds() {
		for range count {
			object, err := legacyscheme.Scheme.New(kind)
			if err != nil {
				return nil, err
			}
			fill.Fill(object)
			named(object, kind, random)
			one, err := encoded(object, kind)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", kind, err)
			}
			samples = append(samples, one)
		}
	}
	return samples, nil
}

func wantedKinds() []schema.GroupVersionKind {
	kinds := []schema.GroupVersionKind{}
	for kind := range legacyscheme.Scheme.AllKnownTypes() {
		if kind.Version == runtime.APIVersionInternal {
			continue
		}
		object, err := legacyscheme.Scheme.New(kind)
		if err != nil {
			continue
		}
		_, scalable := replicasField(object)
		if scalable || kind.Kind == "Scale" || kind.Kind == "Eviction" || kind.Kind == "DeleteOptions" {
			kinds = append(kinds, kind)
		}
	}
	sort.Slice(kinds, func(i, j int) bool { return kinds[i].String() < kinds[j].String() })
	return kinds
}

func filler(random *rand.Rand) *randfill.Filler {
	return randfill.NewWithSeed(random.Int63()).NilChance(0.8).NumElements(1, 2).MaxDepth(12).Funcs(
		func(quantity *resource.Quantity, c randfill.Continue) {
			*quantity = *resource.NewQuantity(int64(c.Intn(1000)), resource.DecimalSI)
		},
		func(at *metav1.Time, c randfill.Continue) { *at = metav1.Unix(int64(c.Uint32()), 0) },
		func(at *metav1.MicroTime, c randfill.Continue) {
			*at = metav1.MicroTime(metav1.Unix(int64(c.Uint32()), 0))
		},
		func(fields *metav1.FieldsV1, _ randfill.Continue) { fields.Raw = []byte(`{"f:spec":{}}`) },
		func(raw *runtime.RawExtension, _ randfill.Continue) { raw.Raw = []byte(`{"a":1}`) },
		func(object *metav1.ObjectMeta, c randfill.Continue) {
			c.FillNoCustom(&object.Labels)
			c.FillNoCustom(&object.Annotations)
		},
		func(options *metav1.DeleteOptions, c randfill.Continue) {
			c.FillNoCustom(options)
			policies := []metav1.DeletionPropagation{metav1.DeletePropagationOrphan, metav1.DeletePropagationBackground, metav1.DeletePropagationForeground}
			options.TypeMeta = metav1.TypeMeta{}
			options.PropagationPolicy, options.OrphanDependents, options.DryRun = nil, nil, nil
			switch c.Intn(4) {
			case 0:
				orphan := c.Bool()
				options.OrphanDependents = &orphan
			case 1, 2:
				options.PropagationPolicy = &policies[c.Intn(len(policies))]
			}
			if c.Intn(3) == 0 {
				options.DryRun = []string{metav1.DryRunAll}
			}
			options.GracePeriodSeconds = nil
			if c.Bool() {
				grace := int64(c.Intn(100))
				options.GracePeriodSeconds = &grace
			}
			options.IgnoreStoreReadErrorWithClusterBreakingPotential = nil
		},
	)
}

// named gives what stands in every object of a request's body: the name and namespace that its path has, and a size.
func named(object runtime.Object, kind schema.GroupVersionKind, random *rand.Rand) {
	object.GetObjectKind().SetGroupVersionKind(kind)
	if accessor, err := meta.Accessor(object); err == nil {
		accessor.SetName("web")
		accessor.SetNamespace("shop")
	}
	sizes := []int32{-1, -1, 0, 0, 1, 2, 3, 4, 5, 7, 12, 1000}
	setReplicas(object, sizes[random.Intn(len(sizes))])
}

func encoded(object runtime.Object, kind schema.GroupVersionKind) (sample, error) {
	plural, _ := meta.UnsafeGuessKindToResource(kind)
	one := sample{Group: kind.Group, Version: kind.Version, Kind: kind.Kind, Resource: plural.Resource}
	for media, into := range map[string]*[]byte{
		runtime.ContentTypeJSON: &one.JSON, runtime.ContentTypeYAML: &one.YAML, runtime.ContentTypeProtobuf: &one.Protobuf,
	} {
		info, ok := runtime.SerializerInfoForMediaType(legacyscheme.Codecs.SupportedMediaTypes(), media)
		if !ok {
			return one, fmt.Errorf("no serializer for %s", media)
		}
		var written bytes.Buffer
		if err := info.Serializer.Encode(object, &written); err != nil {
			return one, err
		}
		*into = written.Bytes()
	}
	return one, nil
}
