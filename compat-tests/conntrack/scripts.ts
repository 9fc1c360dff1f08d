/** TCP conversations (see Dialogue) that have shown, or could show, a difference in conntrack's transitions and windows. `wait:N` = N ms go by. */
const OPEN = 'c:S s:SA c:A';
/** With scaled windows (5000 << 7 from the client, 5000 << 2 from the server) and selective acknowledgements. */
const SCALED = 'c:S{mss,sack,time,nop,scale=7} s:SA{mss,sack,nop,scale=2} c:A';
const ASSURED = `${OPEN} s:A c:A`;

export interface ScriptGroup {
  /** Sysctls net.netfilter.nf_conntrack_tcp_NAME that are not as shipped. */
  readonly settings: Readonly<Record<string, number>>;
  readonly scripts: readonly string[];
}

const TRANSITIONS: readonly string[] = [
  // A whole connection, closed from either side, and what may follow.
  `${OPEN} c:PA+10 s:A s:PA+100 c:A c:FA s:A s:FA c:A`,
  `${OPEN} s:FA c:FA s:A c:S s:SA c:A`,
  `${OPEN} c:FA s:FA c:A s:S c:SA`,
  'c:S c:S@-1 s:SA s:SA@-1 c:A',
  // Simultaneous open.
  'c:S s:S c:SA@-1 s:SA@-1 c:A s:A',
  'c:S s:S c:SA@-1 s:A c:A s:R@-1 c:A',
  'c:S s:S s:again c:again s:R c:S',
  'c:S s:S s:S@1000> c:SA@-1 s:A',
  'c:S s:S c:RA@900000 s:A',
  // Refused.
  'c:S s:RA c:S s:RA',
  'c:S s:R@=0 c:S',
  'c:S s:R@=0^7 c:S',
  'c:S s:RA^0 c:S',
  'c:S s:RA^-1 c:S s:RA',
  'c:S c:R c:S',
  // What answers a SYN may acknowledge one more, as answers to keepalives do.
  'c:S s:RA^1 c:S',
  'c:S s:RA^2 c:S',
  // Not how a connection begins; picked up in its middle.
  's:SA c:A',
  'c:FA c:F c:R c:RA c:N c:FPU c:SF',
  'c:A s:A c:A+5 s:FA c:FA s:A',
  'c:A c:R@-2 c:A',
  'c:A s:A@900000 c:A@-900000 s:A^-900000 c:R@5 c:A',
  'c:A+100 s:S s:A s:again c:FA@70000 s:A',
  'c:A s:R^=0 c:A',
  'c:A@=3^=3000000000> s:A^=3 c:A s:A',
  // RST: exact, late, early, after FIN, after a SYN let through.
  `${OPEN} c:R@-1 c:A`,
  `${OPEN} s:R@5 c:A`,
  `${ASSURED} s:R@5 c:A s:R c:S`,
  `${ASSURED} c:A+8 c:R c:S`,
  `${ASSURED} c:A+8 c:R@-8 c:A@-8+8 c:R@-8 c:A`,
  `${ASSURED} s:R@=0 c:A`,
  'c:S s:SA c:A c:R@=0 s:A',
  'c:S s:SA c:R@=0 s:SA@-1',
  `${OPEN} c:A+8 c:R c:S`,
  `${OPEN} c:FA c:A s:R@-1 c:S`,
  `${OPEN} c:FA s:R@900000 c:S`,
  `${OPEN} c:S c:R@-2 c:S`,
  `${OPEN} c:S s:RA c:S`,
  'c:S s:SA c:R@-1 s:A c:A',
  'c:A s:A s:R@-2 c:S',
  `${OPEN} c:R c:R@-1`,
  `${ASSURED} c:RA^=0 s:A`,
  `${ASSURED} c:RA@5000 s:A`,
  // A half-open connection: the server's ACK is let through, the RST it provokes ends the flow, or not.
  'c:S s:A^77 c:R@=77 c:S',
  'c:S s:A^=77 c:R@=77 c:S s:SA',
  'c:S s:A^=77 c:R@=78 c:S s:SA',
  // Out of step: a SYN in a connection, what the server makes of it.
  `${ASSURED} c:S@50000> s:SA@70000> c:A s:A c:A+10 s:A`,
  `${ASSURED} c:S@50000{scale=3,sack}> s:SA@70000{scale=4,sack}> c:A s:A+5 c:A s:A@80000`,
  `${ASSURED} c:S@50000{scale=3,sack}> s:SA@70000{scale=4,sack}> c:A s:A+1@20000 s:A{nop,nop,blocks=0..1}`,
  `${ASSURED} c:S@50000w0{sack}> s:SA@70000{scale=4}> c:A s:A+5 c:A s:A@5000 c:A`,
  `${ASSURED} c:S@50000> s:SA@70000^1> c:A`,
  `${ASSURED} c:S@50000> s:A@-10 c:R@-9 c:S`,
  `${ASSURED} c:FA s:A s:FA c:A c:S@-900000> s:SA@70000> c:A s:A`,
  'c:A s:A c:S@70000> s:SA@90000> c:A s:A@800000 c:A',
  // RST in answer to a SYN let through: from the other end, and of exactly that SYN.
  `${ASSURED} c:S@50 s:RA@900000^=1052 c:A c:S`,
  `${ASSURED} c:S@50 s:RA@900000^=1053 c:A`,
  `${ASSURED} c:S@50 c:RA@900000^=1052 c:A`,
  'c:S s:A^77 c:S c:RA@900000 s:SA',
  // LAST_ACK and a challenge ACK.
  `${OPEN} c:FA s:FA c:S s:A c:R c:S`,
  `${OPEN} c:FA s:FA c:S@1000 s:A c:A c:S`,
  // Over, and begun anew from either end, after RST, without a FIN.
  `${OPEN} c:FA s:A s:FA c:A s:S c:SA s:A`,
  `${ASSURED} c:R c:S s:SA`,
  `${ASSURED} c:R s:S c:SA c:S`,
  `${ASSURED} c:R s:A c:S s:SA c:A`,
  // Flags no stack sends, wrong checksums.
  `${OPEN} c:SF c:N c:SR c:FPU s:A!`,
  'c:S! c:S s:SA! s:SA',
  'c:SU s:SA c:AU s:FAU',
  'c:SEC s:SAE c:A',
];

/** What is within reach: the last place inside, the first outside, and that an invalid segment teaches nothing. */
const WINDOWS: readonly string[] = [
  // A segment within the window is learned from: the window it announces lets the other end send that far, as one outside would not.
  // Data up to the window's end and one behind it: the sender may send from what was acknowledged on, 5000 bytes.
  `${ASSURED} c:A+1@5000w60000 s:A+1@20000`,
  `${ASSURED} c:A@5001w60000 s:A+1@20000`,
  `${ASSURED} c:A+1@5001 s:A^1`,
  `${ASSURED} s:A+100@4990 c:A^5090 s:A`,
  // More than announced, all of it within a window's length: let through, and its acknowledgement is believed.
  `${ASSURED} c:A+1000@5002 s:A^6002 c:A`,
  `${ASSURED} c:A+1000@8999 s:A^9999 c:A`,
  `${ASSURED} c:A+1000@9000 s:A^10000 c:A`,
  `${ASSURED} c:A+1000@9001 s:A^10001 c:A`,
  `${ASSURED} c:A+1000@5002^1 s:A`,
  `${ASSURED} c:A+1000@5002^-66000 s:A`,
  `${ASSURED} c:A+1000@5002^-66001 s:A`,
  // What reaches over the window's end widens it: an old segment is still within it.
  `${ASSURED} c:A+1000@5000 c:A@0w60000 s:A+1@20000`,
  `${ASSURED} c:A+1000@5000 c:A@-1w60000 s:A+1@20000`,
  // Data long acknowledged: a window back, and one more.
  `${ASSURED} c:A@-5000w60000 s:A+1@20000`,
  `${ASSURED} c:A@-5001w60000 s:A+1@20000`,
  `${ASSURED} c:R@-5001 s:A c:A`,
  `${ASSURED} c:FA@-5001 s:A c:S`,
  `${ASSURED} c:FA@-5002 s:A c:S`,
  // What nobody has sent is not acknowledged; what was sent long ago may be, for 66000 bytes.
  `${ASSURED} c:A^1 s:A`,
  `${ASSURED} c:A^-66000w60000 s:A+1@20000`,
  `${ASSURED} c:A^-66001w60000 s:A+1@20000`,
  `${ASSURED} c:FA^1 s:A c:FA s:A`,
  `${ASSURED} c:FA^-66001 s:A c:FA`,
  'c:S s:SA^1 c:A',
  'c:S s:SA^-66001 s:A c:A',
  // Windows that shrink, close, open again; more than one window in flight.
  `${ASSURED} s:Aw100 c:A+1400 c:A+1400 c:A+1400 c:A+1400 c:A+1400 c:A+1400 s:A`,
  `${OPEN.replace('s:SA', 's:SAw0')} c:A+1 c:A+1 s:Aw0 c:A+1 s:Aw1 c:A+5 s:A`,
  'c:Sw0 s:SAw0 s:A+1 c:Aw0 c:A+2 s:A',
  `${ASSURED} c:A+1400 c:A+1400 c:A+1400 c:A+1400 c:A+1400 s:A`,
  // A keepalive, and its answer.
  `${ASSURED} c:A@-1 s:A c:A`,
  'c:A+10 c:A@-1 s:A^1 s:A',
  'c:S c:A s:A^1 s:SA',
  // Scaled: both said so, one did, none did; 14 at most; the window of SYNs is not scaled.
  // One more than twice the window is the first that is invalid: more than a window's length behind its end.
  `${SCALED} s:A c:A+1@39998 s:A`,
  `${SCALED} s:A c:A+1@39999 s:A`,
  `${SCALED} s:A+1@1279998 c:A`,
  `${SCALED} s:A+1@1279999 c:A`,
  `${SCALED} s:A c:A^-639999w60000 c:A^-640000w60000 c:A^-640001w60000 s:A+1@640001`,
  'c:S{scale=7} s:SA c:A s:A+1@9998 s:A',
  'c:S{scale=7} s:SA c:A s:A+1@9999 c:A',
  'c:S s:SA{scale=7} c:A s:A c:A+1@9998 s:A',
  'c:S s:SA{scale=7} c:A s:A c:A+1@9999 s:A',
  'c:S{scale=15} s:SA{scale=255} c:A s:A c:A@81920001 s:A@81920001 c:A@81920002',
  'c:S{scale=7} c:S@10{scale=1}> s:SA{scale=0} c:A s:A+1@19999',
  'c:S{scale=7} c:S@10{scale=1}> s:SA{scale=0} c:A s:A+1@19998',
  // Options: after the end, lengths that cannot be, twice, cut.
  'c:S{end,scale=7} s:SA{scale=7} c:A s:A+1@9999',
  'c:S{raw=0300,scale=7} s:SA{scale=7} c:A s:A+1@9999',
  'c:S{raw=030407ff,scale=7} s:SA{scale=7} c:A s:A+1@1279998',
  'c:S{scale=7,scale=1} s:SA{scale=7} c:A s:A+1@19998',
  'c:S{nop,nop,nop,raw=030907} s:SA{scale=7} c:A s:A+1@9999',
  'c:S{raw=fe0407ff,raw=010101010101010101010101,sack,mss,time,scale=7} s:SA{scale=7} c:A s:A+1@1279998',
  // Selective acknowledgements count where the other end permits them: of what was not sent yet, of long ago.
  `${SCALED} s:A s:A+10@10 c:A^-10{nop,nop,blocks=0..10} s:A c:A{nop,nop,blocks=10..21} s:A`,
  `${SCALED} s:A s:A+1000 c:A^-1000{nop,nop,blocks=-500..0} c:A^-1000{nop,nop,blocks=-500..1} s:A`,
  `${SCALED} s:A s:A+1000 c:A^-900{nop,nop,blocks=-700..-600;-500..-400;-300..-200} c:A^-900{blocks=-700..-600;-500..1;-300..-200} s:A`,
  `${SCALED} s:A c:A^-66001{nop,nop,blocks=-9..-8} c:A^-700000{blocks=-9..-8} s:A`,
  `${SCALED} s:A c:A^-700000{blocks=-9..-8,blocks=-7..1} c:A{raw=050a,end} c:A{raw=05060102} s:A`,
  `${SCALED} s:A c:A{time,raw=050a00000000ffffffff} c:A{time} c:A{end,raw=050a,raw=ffffffff} s:A`,
  `${SCALED} s:A s:A+1400 s:A+1400 c:A^-2800w10{nop,nop,blocks=-1400..0} s:A+1400 s:A+1@640000 s:A+1@645000 c:A`,
  `${OPEN} s:A c:A{nop,nop,blocks=0..10} s:A c:A^-66001{nop,nop,blocks=-9..-8} s:A`,
  'c:A s:A c:A{nop,nop,blocks=0..10} s:A{nop,nop,blocks=0..700000} c:A',
  'c:S{sack} s:SA{sack,blocks=0..10} c:A',
  // Numbers that turn over.
  'c:S@=4294967290> s:SA@=4294967200> c:A s:A c:A+1400 s:A c:A@5001 c:A@5002 s:R@-1 c:A',
  'c:S@=2147483640> s:SA@=2147483600> c:A+100 s:A+1400 c:A s:A c:A^-66000 c:A^-66001 s:FA c:FA s:A',
  // Invalid segments of an open connection teach nothing.
  `${ASSURED} c:A@900000+10 s:A^900010 c:A s:A`,
];

const LOOSE_OFF = ['c:A s:A c:S s:SA c:A', 'c:FA c:R', `${OPEN} c:A+10 s:A`, 's:SA c:A s:A'];

/** Numbers out of the window that are let through, and what the flow learns from them all the same. */
const LIBERAL = [
  `${ASSURED} c:A@5002 s:A`, `${ASSURED} c:A^1 s:A`, `${ASSURED} c:FA@900000 s:A c:S`, `${ASSURED} c:A@-5001 c:FA^-66001 s:A s:FA`, `${ASSURED} c:R@900000 s:A c:R@-5`,
  'c:S s:SA^9 c:A s:A', `${ASSURED} c:A+1000@5001 s:A^6001 s:A^6002`, 'c:S c:A s:SA@4^4 s:A c:R@77',
];

const SHORT = { timeout_established: 3, timeout_unacknowledged: 1, timeout_max_retrans: 1 };

export const SCRIPT_GROUPS: readonly ScriptGroup[] = [
  { settings: {}, scripts: [...TRANSITIONS, ...WINDOWS] },
  { settings: { loose: 0 }, scripts: LOOSE_OFF },
  { settings: { be_liberal: 1 }, scripts: LIBERAL },
  { settings: { ignore_invalid_rst: 1 }, scripts: [`${ASSURED} c:R@-2 s:A c:R@-5001 s:A c:R c:S`, `${OPEN} s:A+10 c:A s:R@-8 c:A`, 'c:S s:SA c:A s:R@-1 c:A c:S'] },
  {
    settings: SHORT,
    scripts: [
      // Acknowledged, nothing repeated: the usual time. Unacknowledged data, an announced window of 0, the same segment too often, nobody's answer: less.
      `${ASSURED} wait:1500 c:A wait:1500 c:A`,
      `${ASSURED} c:A+10 wait:1500 s:A`,
      `${ASSURED} c:A+10 s:A wait:1500 s:A`,
      `${ASSURED} c:A+10 s:A^-5 wait:1500 s:A`,
      `${ASSURED} c:Aw0 wait:1500 s:A`,
      `${ASSURED} c:again c:again wait:1500 s:A`,
      `${ASSURED} c:again c:again c:again wait:1500 s:A`,
      `${ASSURED} c:again c:again c:A+1 s:A c:A wait:1500 s:A`,
      'c:A wait:1500 c:A',
      'c:A s:A wait:1500 c:A',
      `${ASSURED} c:A+1000@5001 wait:1500 c:A`,
      // Segments that are invalid or not heeded keep nothing alive.
      `${ASSURED} wait:1600 c:S c:A@900000 c:A^900 wait:1600 s:A`,
    ],
  },
  { settings: { max_retrans: 0, ...SHORT }, scripts: [`${ASSURED} wait:1500 c:A`, 'c:S s:SA wait:1500 c:A'] },
  {
    settings: { timeout_syn_sent: 2, timeout_syn_recv: 1, timeout_fin_wait: 1, timeout_close_wait: 1, timeout_last_ack: 1, timeout_time_wait: 1, timeout_close: 1 },
    scripts: [
      // A repeated SYN does not keep the flow alive; every state has its own time.
      'c:S wait:1200 c:again wait:1200 s:A',
      'c:S s:SA wait:1200 s:A',
      `${ASSURED} c:FA wait:1200 s:A`,
      `${ASSURED} c:FA s:A wait:1200 s:A`,
      `${ASSURED} c:FA s:FA wait:1200 c:A`,
      `${ASSURED} c:FA s:FA c:A wait:1200 s:A`,
      `${ASSURED} c:R wait:1200 s:A`,
      `${ASSURED} s:R@5 wait:1200 c:A`,
      `${ASSURED} wait:1200 c:A`,
    ],
  },
  // FIN or RST out of the window from both ends: no more days for a flow that is out of step.
  { settings: { timeout_unacknowledged: 1 }, scripts: [`${ASSURED} c:FA@5002 wait:1200 s:A`, `${ASSURED} c:FA@90000 s:FA@90000 wait:1200 s:A`, `${ASSURED} c:FA@90000 s:R@90000 wait:1200 s:A`, `${ASSURED} c:RA^900000 s:RA^900000 wait:1200 s:A`, `${ASSURED} c:FA@90000 c:FA@90000 wait:1200 s:A`, `${ASSURED} c:FA@90000 s:A@90000 wait:1200 s:A`, `${OPEN} c:FA@90000 s:FA@90000 wait:1200 s:A`] },
];
