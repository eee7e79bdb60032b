module gatewright.dev/tools/yaml-oracle

go 1.26.0

require (
	sigs.k8s.io/json v0.0.0-20260909141634-11ed52e25bc5
	sigs.k8s.io/yaml v1.6.0
)

require go.yaml.in/yaml/v2 v2.4.5 // indirect
