"""jsii starts with the first import of cdk8s, with the Node that JSII_NODE names: ours comes first and names one that is not at its end of life."""

import gatewright.cdk8s  # noqa: F401
