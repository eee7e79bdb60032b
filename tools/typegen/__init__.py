"""Typed bindings and schema facts out of pinned CRDs; run by tools/generate_types.py."""
