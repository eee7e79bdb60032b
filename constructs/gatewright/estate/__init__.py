"""Environments over clusters, what each cluster gets, and whether production is at least as strict as what comes before it."""
