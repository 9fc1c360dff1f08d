/** -E: a line per event, until the call is interrupted. */
import type { FlowEvent } from '../../kernel/flows/flow-events.js';
import type { FlowStore } from './flow-store.js';
import { formatFlow, saveFlow } from './format-flow.js';
import { XML_FOOTER, XML_HEADER, xmlFlow } from './format-xml.js';
import type { ConntrackHost } from './host.js';
import { EVENT, OUTPUT } from './lists.js';
import { matches } from './matches.js';
import { ConntrackProblem, SAYS } from './problem.js';
import type { Request } from './request.js';

/** How long a wait for events lasts before it is asked whether the call has been interrupted. */
const WAIT_MS = 200;

const LOST =
  'WARNING: We have hit ENOBUFS! We are losing events.\nThis message means that the current netlink socket buffer size is too small.\nPlease, check --buffer-size in conntrack(8) manpage.\n';

/** @returns the exit code */
export async function followEvents(request: Request, host: ConntrackHost): Promise<number> {
  if (!host.privileged) {
    host.err('mnl_socket_bind: Operation not permitted\n');
    throw new ConntrackProblem("Can't open netlink socket", 1);
  }
  const store = host.openStore();
  // There is one buffer, of a size of its own.
  if (request.given.has('b')) host.err(`NOTICE: Netlink socket buffer size has been set to ${store.eventBytes} bytes.\n`);
  let shown = 0;
  await store.listen(async (events) => {
    while (!host.interrupted()) {
      const lines = events.take(WAIT_MS).filter((event) => isAskedFor(event, request)).map((event) => line(event, request, host, store));
      if (request.output & OUTPUT.xml && shown === 0 && lines.length > 0) host.out(XML_HEADER);
      shown += lines.length;
      host.out(lines.join(''));
      if (events.takeLost() > 0) host.err(LOST);
      // Signals are handled between turns of the event loop.
      await new Promise(setImmediate);
    }
  });
  if (request.output & OUTPUT.xml && shown > 0) host.out(XML_FOOTER);
  host.err(`${SAYS}${shown} flow events have been shown.\n`);
  return 0;
}

function isAskedFor({ kind, flow }: FlowEvent, { filter, events, given }: Request): boolean {
  if (given.has('e') && !(events & EVENT[kind])) return false;
  return (filter.family === undefined || flow.family === filter.family) && matches(flow, filter);
}

function line({ kind, flow, at }: FlowEvent, { output }: Request, host: ConntrackHost, { hz }: FlowStore): string {
  const occasion = { event: kind, now: at, hz };
  if (output & OUTPUT.save) return `${saveFlow(flow, occasion)}\n`;
  if (output & OUTPUT.xml) return `${xmlFlow(flow, occasion, output & OUTPUT.timestamp ? new Date(host.wallClock()) : undefined)}\n`;
  return `${output & OUTPUT.timestamp ? timestamp(host.wallClock()) : ''}${formatFlow(flow, output, occasion)}\n`;
}

function timestamp(milliseconds: number): string {
  const micros = Math.floor(milliseconds * 1000);
  return `[${String(Math.floor(micros / 1_000_000)).padStart(8, '0')}.${String(micros % 1_000_000).padStart(6, '0')}]\t`;
}
