"""What Envoy Gateway (1.8.3, 1.9.1) really does with a request, read from manifests that anybody wrote: one reader a kind of its policies."""
