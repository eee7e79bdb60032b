"""The estate through Pulumi: a stack for each account, which deploys to the clusters of that account. Pulumi runs this folder (see Pulumi.yaml).

    pulumi up --stack aws-staging
"""

import pulumi
import pulumi_kubernetes
from accounts import ACCOUNTS
from estate import estate

from gatewright.pulumi import deploy

account = next((one for one in ACCOUNTS if one.name == pulumi.get_stack()), None)
if account is None:
    raise SystemExit(f"no account is called {pulumi.get_stack()!r}; a stack is named after one of {', '.join(one.name for one in ACCOUNTS)}")

clusters = [cluster for _, cluster in estate.clusters() if cluster.account == account]
if not clusters:
    pulumi.log.info(f"{account.name} ({account.role}) runs no cluster: it waits for the cloud half, and registers nothing until then")

for cluster in clusters:
    context = pulumi.Config().require_object("contexts")[cluster.name]  # of your kubeconfig
    deploy(estate, cluster=cluster, provider=pulumi_kubernetes.Provider(cluster.name, context=context))
