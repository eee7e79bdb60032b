"""The estate through cdk8s: a chart for each cluster. ``cdk8s synth`` runs this file (see cdk8s.yaml)."""

import cdk8s
from estate import estate

from gatewright.cdk8s import charts

app = cdk8s.App()
charts(app, estate)
app.synth()
