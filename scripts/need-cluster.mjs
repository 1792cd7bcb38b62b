// Ends with one line where `npm run test:cluster` has no cluster: kubectl would otherwise take whichever it finds.
if (!process.env.KUBECONFIG) {
  console.error('there is no cluster to test in: set KUBECONFIG (docs/conformance/README.md says more)');
  process.exit(1);
}
