"""Intents in a cluster: manifests with traces, or refusals."""
