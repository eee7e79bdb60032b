"""The seven accounts of the retailer, and what each of them is for.

A security account holds what watches the others; only workload accounts run clusters.
"""

from gatewright import Account

AWS_SECURITY = Account("aws-security", provider="aws", role="security")
AWS_PRODUCTION = Account("aws-production", provider="aws", role="workload")
AWS_STAGING = Account("aws-staging", provider="aws", role="workload")

AZURE_PLATFORM = Account("azure-platform", provider="azure", role="security")
AZURE_CLINIC = Account("azure-clinic", provider="azure", role="workload")

GCP_SECURITY = Account("gcp-security", provider="gcp", role="security")
GCP_PARTNERS = Account("gcp-partners", provider="gcp", role="workload")

ACCOUNTS = (AWS_SECURITY, AWS_PRODUCTION, AWS_STAGING, AZURE_PLATFORM, AZURE_CLINIC, GCP_SECURITY, GCP_PARTNERS)
