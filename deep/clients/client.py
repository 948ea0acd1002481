# What a program on Kubernetes' Python client does: lists Pods, creates a ConfigMap, deletes it.
import sys

from kubernetes import client, config

namespace = sys.argv[1]
config.load_kube_config()
api = client.CoreV1Api()
api.list_namespaced_pod(namespace)
api.create_namespaced_config_map(namespace, client.V1ConfigMap(metadata=client.V1ObjectMeta(name="made-here")))
api.delete_namespaced_config_map("made-here", namespace)
