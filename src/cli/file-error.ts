/** What strerror(3) says for a failed file operation, from node's error. */
export function fileErrorText(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const reason = /^[A-Z]+: ([^,]*)/.exec(text)?.[1] ?? text;
  return reason.charAt(0).toUpperCase() + reason.slice(1);
}
