#!/usr/bin/env node
// On PATH before the build has run (npm links commands first): so a plain file that loads what the build makes.
await import("../../../dist/src/cli/bin/bpf-iptables-apply.js");
