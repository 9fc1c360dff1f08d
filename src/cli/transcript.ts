/**
 * Transcripts: what iptables-legacy printed for a series of commands in a fresh network namespace, as text that can be read and replayed.
 *
 *     # comment
 *     $ iptables-restore -n        a command, words quoted as in a shell
 *     < *filter                    its standard input
 *     <~ COMMIT                    ... a last line without newline
 *     | text                       stdout, `|~` for a last line without newline
 *     ! text                       stderr
 *     [0]                          exit code
 */
export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

export interface Entry {
  /** Comment and blank lines before the command, as they stand. */
  readonly preface: readonly string[];
  /** The command as it stands behind `$ `. */
  readonly command: string;
  readonly input: string;
  /** Undefined where nothing was recorded yet. */
  readonly outcome?: Outcome;
}

/** Reads a transcript. @throws Error at a line that belongs nowhere */
export function parseTranscript(text: string): readonly Entry[] {
  const entries: Entry[] = [];
  let preface: string[] = [];
  let open: { command: string; input: string; stdout: string; stderr: string } | undefined;
  let opened: readonly string[] = [];
  const close = (exitCode?: number): void => {
    if (!open) return;
    const { command, input, stdout, stderr } = open;
    entries.push({ preface: opened, command, input, ...(exitCode === undefined ? {} : { outcome: { stdout, stderr, exitCode } }) });
    open = undefined;
  };
  for (const line of text.split('\n')) {
    const body = (/^.~ /.test(line) ? line.slice(3) : `${line.slice(2)}\n`);
    if (line.startsWith('$ ')) {
      close();
      open = { command: line.slice(2), input: '', stdout: '', stderr: '' };
      opened = preface;
      preface = [];
    } else if (open && line.startsWith('<')) open.input += body;
    else if (open && line.startsWith('|')) open.stdout += body;
    else if (open && line.startsWith('!')) open.stderr += body;
    else if (open && /^\[\d+\]$/.test(line)) close(Number(line.slice(1, -1)));
    else if (line === '' || line.startsWith('#')) preface.push(line);
    else throw new Error(`transcript: what is "${line}"?`);
  }
  close();
  return entries;
}

/** Inverse of parseTranscript. */
export function printTranscript(entries: readonly Entry[]): string {
  return entries
    .map(({ preface, command, input, outcome }) => {
      const lines = [...preface, `$ ${command}`, ...marked('<', input)];
      if (outcome) lines.push(...marked('|', outcome.stdout), ...marked('!', outcome.stderr), `[${outcome.exitCode}]`);
      return lines.map((line) => `${line}\n`).join('');
    })
    .join('');
}

function marked(mark: string, text: string): readonly string[] {
  const lines = text.split('\n');
  const last = lines.pop()!;
  return [...lines.map((line) => `${mark} ${line}`), ...(last === '' ? [] : [`${mark}~ ${last}`])];
}

/** A command's words: blanks separate, '...' and "..." hold together. */
export function words(command: string): readonly string[] {
  const pieces = command.matchAll(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g);
  return [...pieces].map(([piece]) => piece.replace(/'([^']*)'|"([^"]*)"/g, (_, single?: string, double?: string) => single ?? double ?? ''));
}

/** Takes out what differs from run to run: the dates of iptables-save. */
export function timeless(text: string): string {
  return text.replace(/^(# (?:Generated|Completed).* on ).*$/gm, '$1DATE');
}

/** Takes out the three lines that our restore adds for people: place and reason, the line, the caret. */
export function withoutCaret(text: string): string {
  return text.replace(/^\S+:\d+:\d+: (?:.*\n)+?.*\n[\t ]*\^+\n$/m, '');
}
