"""Manifests as text and as trees: identity, reading, writing, and folders of them."""
