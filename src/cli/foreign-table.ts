/**
 * Lines of tables that are not ours in a restore file. A table that asks for nothing (policies ACCEPT, no chains, no rules) passes and changes nothing;
 * the first line that would do something refuses the file: rules are never accepted and ignored.
 */
const KNOWN_TABLES: readonly string[] = ['nat', 'mangle', 'raw', 'security'];

const HARMLESS_CHAIN = /^:(PREROUTING|INPUT|FORWARD|OUTPUT|POSTROUTING)\s+(ACCEPT|-)(\s|$)/;
const HARMLESS_COMMAND = /^(-F|-X|-Z|--flush|--delete-chain|--zero)\s*$/;

/** Whether a table of this name exists in iptables though not here. */
export function isForeignTable(table: string): boolean {
  return KNOWN_TABLES.includes(table);
}

/** Whether a line inside such a table leaves an untouched table as it is. */
export function isHarmless(line: string): boolean {
  return HARMLESS_CHAIN.test(line) || HARMLESS_COMMAND.test(line);
}
