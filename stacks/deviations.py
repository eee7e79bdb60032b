"""Where production may be weaker than staging: by field, with somebody who answers for it, and only for a time."""

from settings import FREEZE

from gatewright import Deviation

# What the partners' cluster relaxes (settings.py) holds in staging, which runs Envoy Gateway 1.9 already.
DEVIATIONS = (
    Deviation("ProtectedRoute partners/catalog", "authentication.expiry_required", **FREEZE),
    Deviation("ProtectedRoute partners/feed", "authentication.expiry_required", **FREEZE),
    Deviation("ProtectedRoute partners/orders", "authentication.expiry_required", **FREEZE),
    Deviation("SecureGateway infra/public", "listeners.partners.headers", **FREEZE),
)
