"""What both front ends share: intents settled where they go, and the checks across all that one program states for a cluster.

A front end is a printer. Everything is decided before it registers its first object, so that a refused intent leaves nothing behind.
"""
