#!/usr/bin/env node
import { compatMain } from '../../../compat-tests/compat-command.js';

process.exitCode = await compatMain(process.argv.slice(2));
