"""Rules of any CRD, evaluated as the API server evaluates them: Google's runtime, with what Kubernetes adds to the language.

Source: k8s.io/apiextensions-apiserver pkg/apiserver/schema/cel and k8s.io/apiserver pkg/cel, v0.36. Needs the extra ``cel``.
"""
