/**
 * A process that floods a lane at a fixed average rate until it is killed: `node flood.js SENDER DEVICE RATE`, packets a second.
 * UDP from 1000 blacklisted sources (address and port) to the server of hosts.ts. 25 bursts a second.
 */
import { native } from '../../../src/native/native.js';
import { ipv4Address } from '../../../src/net/ipv4-address.js';
import { Random } from '../../../src/property/random.js';
import { UDP, type Header } from '../flat-rule.js';
import { blacklist } from '../scenarios/blacklist.js';
import { Generator } from './generator.js';
import { SERVER } from './hosts.js';

const BURSTS = 25;
const FLOWS = 16_384;

function headers(random: Random): Header[] {
  const sources = blacklist();
  return Array.from({ length: FLOWS }, () => ({ ...random.pick(sources), dst: Number(ipv4Address(SERVER)), dport: random.between(9090, 10_000), proto: UDP, tcpFlags: 0, icmpType: 0, icmpCode: 0, meta: 0 }));
}

const [sender, device, rate] = process.argv.slice(2);
const generator = new Generator(sender!, device!, headers(new Random('flood')));
const frames = Math.round(Number(rate) / BURSTS);
let due = native().monotonicNow();
// Ends when the parent kills it, or goes.
const parent = process.ppid;
while (process.ppid === parent) {
  generator.send(frames);
  due += BigInt(1e9 / BURSTS);
  const now = native().monotonicNow();
  if (due > now) native().sleepMilliseconds(Number((due - now) / 1_000_000n));
  else due = now;
}
