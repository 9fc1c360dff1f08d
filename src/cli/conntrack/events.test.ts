/** -E against lines that conntrack 1.4.7 printed for the kernel's events (without what it adds about processes). */
import { describe, expect, it } from 'vitest';
import { FLOW_STATUS, type Flow } from '../../kernel/flows/flow.js';
import { runConntrack } from './conntrack.js';
import type { FlowEvent } from '../../kernel/flows/flow-events.js';
import { MemoryFlowStore } from './memory-flow-store.js';
import { SAMPLE_FLOWS, SAMPLE_HZ, SAMPLE_NOW } from './sample-flows.js';

const { confirmed, seenReply, assured } = FLOW_STATUS;

function endsIn(flow: Flow, seconds: number, more: Partial<Flow> = {}): Flow {
  return { ...flow, expires: SAMPLE_NOW + BigInt(Math.round(seconds * SAMPLE_HZ)), ...more };
}

const tcpFlow = SAMPLE_FLOWS[0]!.flow;
const inState = (state: number): Partial<Flow> => ({ tcp: { ...tcpFlow.tcp!, state } });
const echo = SAMPLE_FLOWS.find(({ flow }) => flow.icmp)!.flow;

const EVENTS: readonly FlowEvent[] = [
  { kind: 'new', flow: endsIn(tcpFlow, 120, { status: confirmed, ...inState(1) }), at: SAMPLE_NOW },
  { kind: 'update', flow: endsIn(tcpFlow, 60, { status: confirmed | seenReply, ...inState(2) }), at: SAMPLE_NOW },
  { kind: 'update', flow: endsIn(tcpFlow, 432_000, { status: confirmed | seenReply | assured, mark: 3 }), at: SAMPLE_NOW },
  { kind: 'new', flow: endsIn(echo, 30), at: SAMPLE_NOW },
  { kind: 'destroy', flow: endsIn(echo, 29.5, { status: confirmed | seenReply }), at: SAMPLE_NOW },
  { kind: 'destroy', flow: endsIn(tcpFlow, 0, { status: confirmed | seenReply | assured, ...inState(8) }), at: SAMPLE_NOW },
];

const ENDS = 'src=10.0.0.1 dst=10.0.0.2 sport=1000 dport=80';
const BACK = 'src=10.0.0.2 dst=10.0.0.1 sport=80 dport=1000';
const ECHO = 'src=10.0.0.3 dst=10.0.0.4 type=8 code=0 id=77';
const ECHO_BACK = 'src=10.0.0.4 dst=10.0.0.3 type=0 code=0 id=77';

const LINES = [
  `    [NEW] tcp      6 120 SYN_SENT ${ENDS} [UNREPLIED] ${BACK}`,
  ` [UPDATE] tcp      6 60 SYN_RECV ${ENDS} ${BACK}`,
  ` [UPDATE] tcp      6 432000 ESTABLISHED ${ENDS} ${BACK} [ASSURED] mark=3`,
  `    [NEW] icmp     1 30 ${ECHO} [UNREPLIED] ${ECHO_BACK}`,
  `[DESTROY] icmp     1 29 ${ECHO} ${ECHO_BACK}`,
  `[DESTROY] tcp      6 CLOSE ${ENDS} ${BACK} [ASSURED]`,
];

async function watch(argv: readonly string[], events: readonly FlowEvent[] = EVENTS, lost: number[] = []): Promise<{ stdout: string; stderr: string; exitCode: number }> {
  let stdout = '';
  let stderr = '';
  let waits = 2;
  const exitCode = await runConntrack(['-E', ...argv], {
    calledAs: 'bpf-conntrack',
    privileged: true,
    out: (text) => (stdout += text),
    err: (text) => (stderr += text),
    openStore: () => new MemoryFlowStore([], [events.slice(0, 3), events.slice(3)], lost),
    labels: () => undefined,
    interrupted: () => waits-- <= 0,
    wallClock: () => 1_795_797_221_777.829,
  });
  return { stdout, stderr, exitCode };
}

function said(count: number): string {
  return `conntrack v1.4.7 (conntrack-tools): ${count} flow events have been shown.\n`;
}

describe('-E', () => {
  it('prints events as they come', async () => {
    expect(await watch([])).toEqual({ stdout: LINES.map((line) => `${line}\n`).join(''), stderr: said(6), exitCode: 0 });
  });

  it.each([
    ['-e NEW', [0, 3]],
    ['-e UPDATES,DESTROY -p tcp', [1, 2, 5]],
    ['-s 10.0.0.3', [3, 4]],
    ['-p tcp --state ESTABLISHED', [2]],
    ['-m 3', [2]],
    ['-f ipv6', []],
  ])('%s shows what is asked for', async (options, shown) => {
    const { stdout, stderr } = await watch(options.split(' '));
    expect([stdout, stderr]).toEqual([shown.map((index) => `${LINES[index]}\n`).join(''), said(shown.length)]);
  });

  it('shows what -o asks for', async () => {
    const { stdout } = await watch(['-o', 'extended,timestamp,id', '-e', 'NEW', '-p', 'icmp']);
    expect(stdout).toBe(`[1795797221.777829]\t    [NEW] ipv4     2 icmp     1 30 ${ECHO} [UNREPLIED] ${ECHO_BACK} id=4711\n`);
    expect((await watch(['-o', 'save', '-p', 'icmp'])).stdout).toBe(
      ['-A -t 30 -u UNSET', '-D -t 29 -u SEEN_REPLY'].map((start) => `${start} -s 10.0.0.3 -d 10.0.0.4 -r 10.0.0.4 -q 10.0.0.3 -p icmp --icmp-type 8 --icmp-code 0 --icmp-id 77\n`).join(''),
    );
    const xml = (await watch(['-o', 'xml', '-p', 'tcp', '-e', 'NEW'])).stdout;
    expect(xml).toBe(
      '<?xml version="1.0" encoding="utf-8"?>\n<conntrack>\n<flow type="new">' +
        '<meta direction="original"><layer3 protonum="2" protoname="ipv4"><src>10.0.0.1</src><dst>10.0.0.2</dst></layer3>' +
        '<layer4 protonum="6" protoname="tcp"><sport>1000</sport><dport>80</dport></layer4></meta>' +
        '<meta direction="reply"><layer3 protonum="2" protoname="ipv4"><src>10.0.0.2</src><dst>10.0.0.1</dst></layer3>' +
        '<layer4 protonum="6" protoname="tcp"><sport>80</sport><dport>1000</dport></layer4></meta>' +
        '<meta direction="independent"><state>SYN_SENT</state><timeout>120</timeout><id>4711</id><unreplied/></meta></flow>\n</conntrack>\n',
    );
  });

  it('shows the time in XML, local and in parts', async () => {
    const at = new Date(1_795_797_221_777);
    const { stdout } = await watch(['-o', 'xml,timestamp', '-p', 'icmp', '-e', 'NEW']);
    const [, min = '', sec = ''] = /<min>(\d\d)<\/min><sec>(\d\d)<\/sec>/.exec(stdout) ?? [];
    expect([Number(min), Number(sec)]).toEqual([at.getMinutes(), at.getSeconds()]);
    expect(stdout).toContain(`</meta><when><hour>${at.getHours()}</hour><min>`);
    expect(stdout).toContain(`</sec><wday>${at.getDay() + 1}</wday><day>${at.getDate()}</day><month>${at.getMonth() + 1}</month><year>${at.getFullYear()}</year></when></flow>\n`);
  });

  it('says how large its buffer is', async () => {
    expect((await watch(['-b', '5000'])).stderr).toBe(`NOTICE: Netlink socket buffer size has been set to 4096 bytes.\n${said(6)}`);
  });

  it('says that events were lost', async () => {
    expect((await watch([], EVENTS, [0, 2])).stderr).toBe(
      'WARNING: We have hit ENOBUFS! We are losing events.\nThis message means that the current netlink socket buffer size is too small.\n' +
        `Please, check --buffer-size in conntrack(8) manpage.\n${said(6)}`,
    );
  });
});
