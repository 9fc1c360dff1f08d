/** A flow in `-o xml`. */
import type { Flow } from '../../kernel/flows/flow.js';
import { formatAddress } from './address.js';
import { listedName } from './protocols.js';
import { PROTO_GRE, hasPorts, isAssured, isUnreplied, secondsLeft, shownMark, shownUse, tupleOf, type Direction, type Occasion } from './shown-flow.js';
import { TCP_STATES } from './states.js';

export const XML_HEADER = '<?xml version="1.0" encoding="utf-8"?>\n<conntrack>\n';
export const XML_FOOTER = '</conntrack>\n';

/** Without newline. `when`: the time of an event, where it is to be shown. */
export function xmlFlow(flow: Flow, occasion: Occasion, when?: Date): string {
  const left = secondsLeft(flow, occasion);
  const mark = shownMark(flow, occasion);
  const use = shownUse(occasion);
  const state = flow.tcp?.state ?? flow.sctp?.state;
  const independent = [
    // conntrack gives SCTP's states the names of TCP's with the same number.
    ...(state === undefined ? [] : [element('state', TCP_STATES[state] ?? TCP_STATES[0]!)]),
    ...(left === undefined ? [] : [element('timeout', left)]),
    ...(mark === undefined ? [] : [element('mark', mark)]),
    ...(use === undefined ? [] : [element('use', use)]),
    element('id', flow.id),
    ...(isAssured(flow) ? ['<assured/>'] : []),
    ...(isUnreplied(flow) ? ['<unreplied/>'] : []),
  ].join('');
  const type = occasion.event ? ` type="${occasion.event}"` : '';
  return `<flow${type}>${end(flow, 'original')}${end(flow, 'reply')}<meta direction="independent">${independent}</meta>${when ? timeOf(when) : ''}</flow>`;
}

/** As struct tm has it in local time; days of the week count from 1. */
function timeOf(when: Date): string {
  const two = (number: number): string => String(number).padStart(2, '0');
  const day = element('wday', when.getDay() + 1) + element('day', when.getDate()) + element('month', when.getMonth() + 1) + element('year', when.getFullYear());
  return element('when', element('hour', when.getHours()) + element('min', two(when.getMinutes())) + element('sec', two(when.getSeconds())) + day);
}

function element(name: string, content: string | number | bigint): string {
  return `<${name}>${content}</${name}>`;
}

function end(flow: Flow, direction: Direction): string {
  const { src, dst, sport, dport } = tupleOf(flow, direction);
  const layer3 = flow.family === 'ipv4' ? 'protonum="2" protoname="ipv4"' : 'protonum="10" protoname="ipv6"';
  let ports = '';
  if (flow.proto === PROTO_GRE) ports = element('srckey', `0x${sport.toString(16)}`) + element('dstkey', `0x${dport.toString(16)}`);
  else if (hasPorts(flow.proto)) ports = element('sport', sport) + element('dport', dport);
  return [
    `<meta direction="${direction}">`,
    `<layer3 ${layer3}>${element('src', formatAddress(src))}${element('dst', formatAddress(dst))}</layer3>`,
    `<layer4 protonum="${flow.proto}" protoname="${listedName(flow.proto)}">${ports}</layer4></meta>`,
  ].join('');
}
