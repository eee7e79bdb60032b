"""What manifests of Gateway API itself say is there: gateways, listeners, routes, who attaches to whom, who may refer to what."""
