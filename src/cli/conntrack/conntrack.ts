/** `bpf-conntrack`: conntrack(8) over the flow table of this network namespace. */
import type { Flow } from '../../kernel/flows/flow.js';
import { followEvents } from './events.js';
import type { CpuStatistics } from './flow-store.js';
import { saveFlow, formatFlow } from './format-flow.js';
import { XML_FOOTER, XML_HEADER, xmlFlow } from './format-xml.js';
import { getFlow } from './get-flow.js';
import type { ConntrackHost } from './host.js';
import { OUTPUT } from './lists.js';
import { isSelected, matches } from './matches.js';
import { longName, type CommandLetter } from './options.js';
import { COMPARED, parseRequest } from './parse.js';
import { ConntrackProblem, SAYS, VERSION, notPermitted } from './problem.js';
import type { Request } from './request.js';
import { secondsLeft, type Occasion } from './shown-flow.js';
import { usage } from './usage.js';

/** Runs a call. `argv` has no program name. @returns the exit code */
export async function runConntrack(argv: readonly string[], host: ConntrackHost): Promise<number> {
  try {
    if (argv.length > 1 && (argv[0] === '-R' || argv[0] === '--load-file')) return refuse(host, 'load-file');
    const request = parseRequest(argv, { calledAs: host.calledAs, warn: (line) => host.err(line), labels: () => host.labels() });
    return await perform(request, host);
  } catch (error) {
    if (!(error instanceof ConntrackProblem)) throw error;
    host.err(error.text());
    return error.exitCode;
  }
}

async function perform(request: Request, host: ConntrackHost): Promise<number> {
  switch (request.command) {
    case 'none':
    case 'conntrack h':
      host.out(usage(host.calledAs) + (request.given.has('p') ? `Proto \`${request.filter.protocol!.name}' help:\n${request.filter.protocol!.help}` : ''));
      return 0;
    case 'conntrack V':
      host.out(`conntrack v${VERSION} (conntrack-tools)\n`);
      return 0;
    case 'conntrack I':
    case 'conntrack A':
    case 'conntrack U':
    case 'expect I':
      return refuse(host, longName(request.command.at(-1)!));
    case 'conntrack L':
      return list(request, host);
    case 'conntrack D':
      return remove(request, host);
    case 'conntrack G':
      return get(request, host);
    case 'conntrack E':
      checkMasks(request);
      return followEvents(request, host);
    default:
      return short(request, host);
  }
}

/** The commands that only print or empty, of both tables. There are no expectations. */
function short({ command, filter }: Request, host: ConntrackHost): number {
  const letter = command.at(-1) as CommandLetter;
  const flows = command.startsWith('conntrack');
  if (letter === 'F') host.err(`${SAYS}${flows ? 'connection tracking' : 'expectation'} table has been emptied.\n`);
  if (!host.privileged) throw letter === 'E' ? new ConntrackProblem("Can't open handler", 1) : notPermitted();
  switch (letter) {
    case 'C':
      host.out(`${flows ? host.openStore().count() : 0}\n`);
      break;
    case 'S':
      host.openStore().statistics().forEach((cpu, index) => host.out(statisticsLine(index, flows ? cpu : NO_EXPECTATIONS)));
      break;
    case 'F':
      if (flows) host.openStore().flush(filter.family);
      break;
    case 'L':
      host.err(`${SAYS}0 expectations have been shown.\n`);
      break;
    case 'E':
      return refuse(host, 'event', ' of the expect table: there are no expectations');
    default:
      throw new ConntrackProblem('Operation failed: No such file or directory', 1);
  }
  return 0;
}

const NO_EXPECTATIONS = { expect_new: 0, expect_create: 0, expect_delete: 0 };

function statisticsLine(cpu: number, counts: CpuStatistics | typeof NO_EXPECTATIONS): string {
  return `cpu=${String(cpu).padEnd(4)}\t${Object.entries(counts).map(([name, count]) => `${name}=${count} `).join('')}\n`;
}

/** What conntrack can do and this command cannot. */
function refuse(host: ConntrackHost, name: string, why = ': its entries are made by packets alone'): number {
  host.err(`${host.calledAs}: --${name} is not supported${why}\n`);
  return 2;
}

function list(request: Request, host: ConntrackHost): number {
  const { table, filter, given } = request;
  if (table === 'conntrack') {
    if (given.has('z') && COMPARED.some((letter) => given.has(letter))) throw new ConntrackProblem("Can't use -z with filtering parameters");
    checkMasks(request);
  }
  if (!host.privileged) throw notPermitted();
  if (table === 'conntrack' && filter.status?.kernel.mask === 0) throw new ConntrackProblem('Operation failed: invalid parameters', 1);
  const store = host.openStore();
  const { flows: all, now } = store.list();
  const flows = table === 'conntrack' ? all.filter((flow) => isSelected(flow, filter, true) && matches(flow, filter)) : [];
  show(flows, request, host, { now, hz: store.hz });
  if (request.output & OUTPUT.xml && flows.length > 0) host.out(XML_FOOTER);
  host.err(`${SAYS}${flows.length} flow entries have been shown.\n`);
  return 0;
}

/** @throws ConntrackProblem */
function checkMasks({ given }: Request): void {
  if (given.has('{') && !given.has('s')) throw new ConntrackProblem("Can't use --mask-src without --src");
  if (given.has('}') && !given.has('d')) throw new ConntrackProblem("Can't use --mask-dst without --dst");
}

function remove(request: Request, host: ConntrackHost): number {
  const { filter, output } = request;
  checkMasks(request);
  if (!host.privileged) throw notPermitted();
  const store = host.openStore();
  const { flows, now } = store.list();
  const occasion = { now, hz: store.hz };
  const isMeant = (flow: Flow): boolean => filter.timeout === undefined || secondsLeft(flow, occasion) === BigInt(filter.timeout);
  const deleted = store.delete(flows.filter((flow) => isSelected(flow, filter, false) && matches(flow, filter) && isMeant(flow)));
  for (const flow of deleted) {
    if (output & OUTPUT.save) host.out(`${saveFlow(flow, occasion, true)}\n`);
    else host.out(`${output & OUTPUT.xml ? xmlFlow(flow, occasion) : formatFlow(flow, output, occasion)}\n`);
  }
  host.err(`${SAYS}${deleted.length} flow entries have been deleted.\n`);
  return deleted.length > 0 ? 0 : 1;
}

function get(request: Request, host: ConntrackHost): number {
  if (!host.privileged) throw notPermitted();
  const store = host.openStore();
  const { flows, now } = store.list();
  const flow = getFlow(request.filter, flows);
  const shown = matches(flow, request.filter) ? [flow] : [];
  show(shown, request, host, { now, hz: store.hz, held: true });
  host.err(`${SAYS}${shown.length} flow entries have been shown.\n`);
  return shown.length > 0 ? 0 : 1;
}

function show(flows: readonly Flow[], { output }: Request, host: ConntrackHost, occasion: Occasion): void {
  const line = (flow: Flow): string => {
    if (output & OUTPUT.save) return saveFlow(flow, occasion);
    return output & OUTPUT.xml ? xmlFlow(flow, occasion) : formatFlow(flow, output, occasion);
  };
  const header = output & OUTPUT.xml && flows.length > 0 ? XML_HEADER : '';
  if (flows.length > 0) host.out(header + flows.map((flow) => `${line(flow)}\n`).join(''));
}
