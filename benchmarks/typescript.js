// The same objects through cdk8s as TypeScript programs use it: objects.json, the folder to write to; prints seconds without start-up.
const { readFileSync } = require("fs");
const { App, ApiObject, Chart } = require("cdk8s");

const [, , file, outdir] = process.argv;
const objects = JSON.parse(readFileSync(file, "utf8"));
const began = process.hrtime.bigint();
const app = new App({ outdir });
const chart = new Chart(app, "bench");
for (const one of objects) {
  const { name, namespace } = one.metadata;
  new ApiObject(chart, `${one.kind}:${namespace ?? ""}:${name}`, one);
}
app.synth();
console.log(Number(process.hrtime.bigint() - began) / 1e9);
