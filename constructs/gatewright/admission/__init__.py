"""What the API server says of a manifest: accepted, or refused and why, judged offline from the schemas and rules of the CRDs."""
