"""The estate through cdk8s: a chart for each cluster. ``cdk8s synth`` runs this file (see cdk8s.yaml)."""

from estate import estate

from gatewright.cdk8s import charts  # before cdk8s: it says which Node to run

import cdk8s  # isort: skip

app = cdk8s.App()
charts(app, estate)
app.synth()
