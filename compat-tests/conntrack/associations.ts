/**
 * SCTP associations written as packets: `WHO:CHUNK+CHUNK...`, chunks by the names of SCTP_CHUNK. Behind a chunk `~` sets its flag T, `=N` its length
 * field. Behind all of them, in this order: `%x`, `%y` the tag that INIT or INIT ACK asks for (nobody's); `@TAG` the tag of the packet: `own` (the default: the
 * receiver's; 0 with INIT), `other` (the sender's), `0`, `x`, `y`; `!` a wrong checksum; `/N` cuts N bytes off the end.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { concatBytes } from '../../src/net/bytes.js';
import { ipv4, truncateTransport } from '../../src/net/ipv4.js';
import { ipv4Address } from '../../src/net/ipv4-address.js';
import { SCTP_CHUNK, sctp, sctpChunk, sctpInit } from '../../src/net/sctp.js';
import type { Random } from '../../src/property/random.js';
import type { Sent, Step } from './follow.js';

const PARTIES = {
  c: { on: 'eth0', address: ipv4Address('10.200.0.2'), tag: 0x0c0ffee1 },
  s: { on: 'eth1', address: ipv4Address('10.200.1.2'), tag: 0x50fa5001 },
} as const;
const SERVER_PORT = 2905;

const TYPES: Readonly<Record<string, number>> = {
  ...Object.fromEntries(Object.entries(SCTP_CHUNK).map(([name, type]) => [name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`), type])),
  ecne: 12, cwr: 13, 'type-15': 15, 'type-31': 31, 'type-40': 40, auth: 0x0f, asconf: 0xc1, 'forward-tsn': 0xc0,
};
const TAGS = { '0': 0, x: 0x11111111, y: 0x22222222 } as const;

/** `tag` of INIT and INIT ACK: what the sender wants to be addressed by. */
function chunk(text: string, tag: number): Uint8Array {
  const [, name = '', flag, length] = /^([a-z0-9-]+?)(~)?(?:=(\d+))?$/.exec(text) ?? [];
  const type = TYPES[name];
  if (type === undefined) throw new Error(`no such chunk: ${text}`);
  const body = name.startsWith('init') ? sctpInit(tag) : new Uint8Array(name === 'data' ? 13 : name === 'shutdown' ? 4 : name.startsWith('heartbeat') ? 9 : 0);
  return sctpChunk(type, body, flag === undefined ? 0 : 1, length === undefined ? undefined : Number(length));
}

function packet(text: string, port: number): Sent {
  const [, who, chunks = '', init, tagName = 'own', bad, cut] = /^([cs]):([^@!/%]*)(?:%([xy]))?(?:@(own|other|0|x|y))?(!)?(?:\/(\d+))?$/.exec(text) ?? [];
  if (who !== 'c' && who !== 's') throw new Error(`not a packet: ${text}`);
  const [from, to] = who === 'c' ? [PARTIES.c, PARTIES.s] : [PARTIES.s, PARTIES.c];
  const names = chunks === '' ? [] : chunks.split('+');
  const usual = names[0] === 'init' ? 0 : to.tag;
  const tag = tagName === 'own' ? usual : tagName === 'other' ? from.tag : TAGS[tagName as keyof typeof TAGS];
  const initTag = init === undefined ? from.tag : TAGS[init as keyof typeof TAGS];
  const ends = who === 'c' ? { sport: port, dport: SERVER_PORT } : { sport: SERVER_PORT, dport: port };
  const all = concatBytes(...names.map((name) => chunk(name, initTag)));
  const transport = sctp({ ...ends, tag, ...(bad === undefined ? {} : { checksum: 0x12345678 }) }, all.subarray(0, all.length - Number(cut ?? 0)));
  return { note: text, packet: { kind: 'arrives', on: from.on, l3: ipv4({ src: from.address, dst: to.address, id: 7 }, transport) } };
}

/** The steps of a script; a number in it is a wait in milliseconds. */
export function association(script: string, port: number): Step[] {
  const steps: Step[] = [];
  let wait = 0;
  for (const word of script.split(' ')) {
    const pause = wait;
    if (/^\d+$/.test(word)) wait = Number(word);
    else steps.push({ ...packet(word, port), ...(pause > 0 ? { before: () => sleep(pause) } : {}) });
    if (word.includes(':')) wait = 0;
  }
  return steps;
}

/** A packet cut within its common header. */
export function cutShort(port: number): Step[] {
  const { l3 } = packet('c:init', port).packet as { l3: Uint8Array };
  return [4, 8, 11].map((length) => ({ note: `cut to ${length}`, packet: { kind: 'arrives', on: 'eth0', l3: truncateTransport(l3, length) } }));
}

const OPEN = 'c:init s:init-ack c:cookie-echo s:cookie-ack';

export const ASSOCIATIONS: readonly string[] = [
  `${OPEN} c:data s:sack s:data+sack c:sack c:shutdown s:shutdown-ack c:shutdown-complete c:data`,
  `${OPEN} s:shutdown c:shutdown-ack s:shutdown-complete c:init s:init-ack`,
  `${OPEN} c:data@x s:data@0 c:data@other s:sack@y c:data`,
  `${OPEN} c:abort@x c:abort~@own c:abort~@other c:data`,
  `${OPEN} s:abort@other s:abort s:data`,
  `${OPEN} c:shutdown s:shutdown-ack@x c:shutdown-complete~@own c:shutdown-complete~@other s:data`,
  `${OPEN} c:heartbeat s:heartbeat-ack c:heartbeat@x s:heartbeat-ack@y c:data s:data@y c:data@y`,
  `${OPEN} c:heartbeat@x c:heartbeat-ack@x s:heartbeat-ack+data@x s:heartbeat+data@x`,
  'c:init@x c:init c:init s:init c:init s:init-ack s:init-ack c:cookie-echo@x c:cookie-echo',
  'c:init s:init c:init-ack s:init-ack c:cookie-echo s:cookie-echo s:cookie-ack c:cookie-ack c:data s:data',
  `${OPEN} c:init s:init-ack%x s:init-ack`,
  `${OPEN} c:init c:init%x s:init-ack c:cookie-echo s:cookie-ack s:data@x`,
  `${OPEN} s:init s:init%x c:init-ack c:init-ack%x s:cookie-echo c:cookie-ack`,
  'c:init s:init-ack%x s:init-ack c:cookie-echo s:error s:init-ack',
  'c:init s:abort c:data', 'c:init s:abort~@other', 's:init-ack c:cookie-echo', 's:init-ack@0 c:cookie-echo c:data',
  'c:data', 'c:sack', 'c:cookie-ack', 'c:abort', 'c:shutdown-complete', 'c:cookie-echo s:cookie-ack', 'c:shutdown-ack s:shutdown-complete', 'c:shutdown@0 s:shutdown-ack',
  'c:error@0 s:error', 'c:heartbeat s:heartbeat-ack c:data s:data', 'c:heartbeat-ack s:heartbeat', 'c:heartbeat c:heartbeat@x c:init s:init-ack', 'c:heartbeat s:data s:heartbeat c:shutdown-ack',
  's:heartbeat-ack s:init-ack%x', 'c:heartbeat-ack s:init-ack s:shutdown-complete@0', 'c:heartbeat+shutdown c:shutdown-complete~', 'c:cookie-echo+heartbeat-ack', 'c:cookie-echo+heartbeat', 'c:error+heartbeat-ack@x s:heartbeat-ack',
  'c:shutdown-ack s:shutdown-complete~@other', 'c:error+shutdown-ack s:abort~@other', 'c:heartbeat+shutdown s:abort', 'c:heartbeat+data', 'c:heartbeat+error@0 s:data',
  // Which chunks may stand together, lengths, checksums.
  `${OPEN} c:data+data+sack s:sack+cookie-ack c:init+data c:data+init c:init-ack+sack c:shutdown-complete+data s:cookie-ack+data c:cookie-echo+data`,
  `${OPEN} c:data=0 c:data=3 c:sack=1+data c:data=400+sack c:data+type-15+type-31+type-40+asconf+forward-tsn+auth c:ecne+cwr c: s:data/1 s:data/19 s:data/3`,
  'c:init/1 c:init/16 c:init/20 c:init! c:init s:init-ack! s:init-ack/4 s:init-ack',
  `${OPEN} c:data! s:data`,
];

/** Each state of an association reached, then left alone for longer than it lives (all timeouts 1 s) and asked for again; the last ones are kept alive. */
export const SHORT_ASSOCIATIONS: readonly string[] = [
  'c:init 1400 s:init-ack', 'c:init s:init-ack 1400 s:init-ack', 'c:init s:init-ack c:cookie-echo 1400 s:cookie-ack', `${OPEN} 1400 s:data`,
  `${OPEN} c:shutdown 1400 s:data`, `${OPEN} s:shutdown 1400 s:data`, `${OPEN} s:shutdown c:shutdown-ack 1400 s:data`, 'c:heartbeat 1400 s:heartbeat-ack',
  'c:init 600 c:init 600 c:init s:init-ack', `${OPEN} 600 c:heartbeat@x 600 s:data`, `${OPEN} 600 c:data 600 s:data 600 c:data`, `${OPEN} 600 c:data@x 600 s:data`,
];

const NAMES = ['init', 'init', 'init-ack', 'init-ack', 'cookie-echo', 'cookie-echo', 'cookie-ack', 'cookie-ack', 'data', 'data', 'sack', 'heartbeat', 'heartbeat-ack', 'abort',
  'abort~', 'shutdown', 'shutdown-ack', 'shutdown-complete', 'shutdown-complete~', 'error', 'type-40', 'data=0'];

function randomWord(random: Random): string {
  const who = random.pick(['c', 's']);
  const chunks = [random.pick(NAMES), ...(random.chance(0.3) ? [random.pick(NAMES)] : []), ...(random.chance(0.1) ? [random.pick(NAMES)] : [])];
  const init = chunks[0]!.startsWith('init') && random.chance(0.2) ? random.pick(['%x', '%y']) : '';
  const tag = random.chance(0.75) ? '' : random.pick(['@own', '@other', '@0', '@x', '@y']);
  return `${who}:${chunks.join('+')}${init}${tag}${random.chance(0.02) ? '!' : ''}`;
}

/** Mostly what an association says, in parts, with much that does not belong. */
export function randomAssociation(random: Random): string {
  const opening = OPEN.split(' ').slice(0, random.chance(0.4) ? 0 : random.between(1, 4));
  const kept = random.chance(0.3) ? opening.filter(() => random.chance(0.7)) : opening;
  return [...kept, ...Array.from({ length: random.between(2, 14) }, () => randomWord(random))].join(' ');
}
