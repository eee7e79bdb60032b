"""Manifests as text and as trees: identity, reading, writing, what schemas say of them, and folders of them."""
