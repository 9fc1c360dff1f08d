/** TCP conversations (see Dialogue) that have shown, or could show, a difference in conntrack's transitions. */
const OPEN = 'c:S s:SA c:A';

export const SCRIPTS: readonly string[] = [
  // A whole connection, closed from either side, and what may follow.
  `${OPEN} c:PA+10 s:A s:PA+100 c:A c:FA s:A s:FA c:A`,
  `${OPEN} s:FA c:FA s:A c:S s:SA c:A`,
  `${OPEN} c:FA s:FA c:A s:S c:SA`,
  'c:S c:S@-1 s:SA s:SA@-1 c:A',
  'c:S s:S c:SA@-1 s:SA@-1 c:A s:A',
  // Refused.
  'c:S s:RA c:S s:RA',
  'c:S s:R@0',
  'c:S c:R c:S',
  // Not how a connection begins; picked up in its middle.
  's:SA c:A',
  'c:FA c:F c:R c:RA c:N c:FPU c:SF',
  'c:A s:A c:A+5 s:FA c:FA s:A',
  'c:A c:R@-2 c:A',
  // RST: exact, late, early, after FIN, after a SYN let through.
  `${OPEN} c:R@-1 c:A`,
  `${OPEN} s:R@5 c:A`,
  `${OPEN} c:A+8 c:R c:S`,
  `${OPEN} c:FA c:A s:R@-1 c:S`,
  `${OPEN} c:S c:R@-2 c:S`,
  `${OPEN} c:S s:RA c:S`,
  'c:S s:SA c:R@-1 s:A c:A',
  'c:A s:A s:R@-2 c:S',
  `${OPEN} c:R c:R@-1`,
  // LAST_ACK and a challenge ACK.
  `${OPEN} c:FA s:FA c:S s:A c:R c:S`,
  // Flags no stack sends, wrong checksums.
  `${OPEN} c:SF c:N c:SR c:FPU s:A!`,
  'c:S! c:S s:SA! s:SA',
  'c:SU s:SA c:AU s:FAU',
  'c:SEC s:SAE c:A',
];
