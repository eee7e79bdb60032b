"""The rules across fields of Gateway API, written in Python: what the CEL of its CRDs demands, decided with nothing installed."""
