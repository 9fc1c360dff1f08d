#!/usr/bin/env node
import { main } from '../apply/apply.js';
import { runGuard } from '../apply/guard.js';

const argv = process.argv.slice(2);
if (argv[0] === '--guard') await runGuard();
else process.exitCode = await main(argv);
