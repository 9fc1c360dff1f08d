#!/usr/bin/env node
import { launch } from './launch.mjs';

await launch('bpf-ip6tables-restore');
