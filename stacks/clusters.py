"""The clusters, and of each only facts: where it runs, which gateway serves it, and how a client's address gets there."""

from accounts import AWS_PRODUCTION, AWS_STAGING, AZURE_CLINIC, GCP_PARTNERS

from gatewright import L4, L7, Account, Cluster, Direct, EnvoyGateway, Exposure, ForwardedFor, ProxyProtocol

# One GatewayClass for each way in: its operator gives them different load balancers. The Backend API lets a proxy verify whose keys it fetches.
PUBLIC = EnvoyGateway("1.9", class_name="envoy-public", backend_api=True)
INTERNAL = EnvoyGateway("1.9", class_name="envoy-internal", backend_api=True)
PARTNERS = EnvoyGateway("1.8", class_name="envoy-public", backend_api=True)  # until their freeze ends, see settings.py

# Google's front ends connect from these networks and append their own address, the last one, to X-Forwarded-For.
GOOGLE_FRONT_ENDS = ["130.211.0.0/22", "35.191.0.0/16", "203.0.113.80/32"]


def aws(name: str, account: Account, region: str, public_subnets: list[str], private_subnets: list[str]) -> Cluster:
    """An EKS cluster behind Network Load Balancers, which state the client's address in a PROXY protocol header."""
    return Cluster(
        name,
        account=account,
        region=region,
        exposures={
            "public": Exposure(PUBLIC, edge=L4(), client_ip=ProxyProtocol(peers=public_subnets)),
            "internal": Exposure(INTERNAL, edge=L4(), client_ip=ProxyProtocol(peers=private_subnets)),
        },
        network_policy=True,
    )


AWS_EU = aws("aws-prod-eu-west-1", AWS_PRODUCTION, "eu-west-1", ["10.40.0.0/22", "10.40.4.0/22"], ["10.40.32.0/20"])
AWS_US = aws("aws-prod-us-east-1", AWS_PRODUCTION, "us-east-1", ["10.50.0.0/22", "10.50.4.0/22"], ["10.50.32.0/20"])
STAGING = aws("aws-staging", AWS_STAGING, "eu-west-1", ["10.90.0.0/22"], ["10.90.32.0/20"])

# Azure's load balancer leaves the client's address on the packets (externalTrafficPolicy: Local).
AZURE = Cluster(
    "azure-prod",
    account=AZURE_CLINIC,
    region="westeurope",
    exposures={
        "public": Exposure(PUBLIC, edge=L4(keeps_address=True), client_ip=Direct()),
        "internal": Exposure(INTERNAL, edge=L4(keeps_address=True), client_ip=Direct()),
    },
    network_policy=True,
)

# Google's application load balancer ends TLS and opens its own to the gateway.
GCP = Cluster(
    "gcp-prod",
    account=GCP_PARTNERS,
    region="europe-west4",
    exposures={"public": Exposure(PARTNERS, edge=L7(name="cloud-load-balancing"), client_ip=ForwardedFor(peers=GOOGLE_FRONT_ENDS))},
    network_policy=True,
)
