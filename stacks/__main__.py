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
    raise pulumi.RunError(
        f"no account is called {pulumi.get_stack()!r}; a stack is named after one of {', '.join(one.name for one in ACCOUNTS)}"
    )

clusters = [cluster for _, cluster in estate.clusters() if cluster.account == account]
if not clusters:
    pulumi.log.info(f"{account.name} ({account.role}) runs no cluster: it waits for the cloud half, and registers nothing until then")

contexts = pulumi.Config().get_object("contexts") or {}  # of your kubeconfig, by cluster
for cluster in clusters:
    if cluster.name not in contexts:
        raise pulumi.RunError(
            f"no context is configured for {cluster.name}; say which of your kubeconfig leads there: "
            f"pulumi config set --path contexts.{cluster.name} <context>"
        )
    provider = pulumi_kubernetes.Provider(
        cluster.name,
        context=contexts[cluster.name],
        cluster_identifier=cluster.name,  # a context of another name is no other cluster, where everything would be made anew
        enable_patch_force=True,  # a field that we state and somebody changed by hand is ours again, instead of a conflict
    )
    deploy(estate, cluster=cluster, provider=provider)
