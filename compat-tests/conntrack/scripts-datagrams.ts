/** UDP, ICMP queries and protocols without a tracker, from either end (words: model/script.ts). */
import type { Script } from './model/run-scripts.js';

export const EXCHANGES: readonly Script[] = [
  { name: 'a question and its answer', text: 'c:udp+30 s:udp+100' },
  { name: 'a question said again', text: 'c:udp+30 c:again c:again s:udp+100 s:again c:udp+30' },
  { name: 'a stream one way', text: 'c:udp+500 c:udp+500 c:udp+500 c:udp+500 c:udp+500' },
  { name: 'both at once', text: 'c:udp s:udp c:udp s:udp c:udp s:udp' },
  { name: 'without data', text: 'c:udp c:udp s:udp' },
  { name: 'without checksums', text: 'c:udp0+10 s:udp0+10 c:udp+1400' },
  { name: 'a wrong checksum first', text: 'c:udp+10! s:udp+10 c:udp+10 s:udp' },
  { name: 'a wrong checksum in the answer', text: 'c:udp+10 s:udp+10! c:udp s:udp c:udp+1! s:udp' },
  { name: 'wrong checksums nobody looks at', text: 'c:udp+10! s:udp+10! c:udp', settings: { checksum: 0 } },
  { name: 'a ping', text: 'c:q8 s:q0' },
  { name: 'pings, all but one answered', text: 'c:q8 s:q0 c:q8 c:q8 s:q0 s:q0' },
  { name: 'a ping answer nobody asked for', text: 's:q0 c:q8 s:q0 s:q0' },
  { name: 'a ping answered from the wrong end', text: 'c:q8 c:q0 s:q8 s:q0' },
  { name: 'both ping', text: 'c:q8 s:q8 c:q0 s:q0' },
  { name: 'answers with another id', text: 'c:q8 s:q0#1 s:q0 c:q8#1 s:q0#1' },
  { name: 'a question of one kind, the answer of another', text: 'c:q8 s:q14 s:q16 s:q18 c:q13 s:q0 s:q14' },
  { name: 'timestamps', text: 'c:q13 s:q14 c:q13 s:q14' },
  { name: 'information', text: 'c:q15 s:q16 c:q15 s:q16' },
  { name: 'address masks', text: 'c:q17 s:q18 c:q17 s:q18' },
  { name: 'answers first: timestamps, information, masks', text: 's:q14 s:q16 s:q18 c:q13 c:q15 c:q17 s:q14 s:q16 s:q18' },
  { name: 'router advertisement and solicitation', text: 'c:q9 s:q10 c:q10 s:q9' },
  { name: 'ICMP types of no use', text: 'c:q1 c:q2 c:q6 c:q7 c:q19 c:q30 c:q37 c:q42 c:q43 c:q255' },
  { name: 'wrong ICMP checksums', text: 'c:q8! s:q0 c:q8 s:q0! s:q0' },
  { name: 'wrong ICMP checksums nobody looks at', text: 'c:q8! s:q0! c:q8', settings: { checksum: 0 } },
  { name: 'three protocols between the same ends', text: 'c:S c:udp c:q8 s:SA s:udp s:q0 c:A c:udp c:q8' },
];

export const OTHER_PROTOCOLS: readonly Script[] = [
  { name: 'ESP', text: 'c:p50+40 c:p50+40 s:p50+40 c:p50' },
  { name: 'AH', text: 'c:p51+24 s:p51+24 c:p51' },
  { name: 'an unknown protocol', text: 'c:p253+8 s:p253+8 c:p253+8' },
  { name: 'OSPF', text: 'c:p89+24 s:p89+24 c:p89' },
  { name: 'IP in IP', text: 'c:p4+40 s:p4+40' },
  { name: 'IPv6 in IP', text: 's:p41+40 c:p41+40' },
];
