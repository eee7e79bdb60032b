"""The bare standard: Gateway API without any vendor's object. It forwards, redirects and encrypts; it protects next to nothing.

Facts were read from the CRDs of the standard channel and from ``pkg/features`` of 1.5.1, 1.6.1 and 1.7.0.
"""
