/** Names of users and groups by the host's files, as getpwnam(3) and its like read them (the `files` source of nsswitch). */
import { readFileSync } from 'node:fs';

/** Users and groups: passwd(5) and group(5). Both have the name first and the number third. */
export type AccountFile = 'passwd' | 'group';

interface Account {
  readonly name: string;
  readonly id: number;
}

/** The entries of such a text, in order. */
export function parseAccounts(text: string): readonly Account[] {
  return text.split('\n').flatMap((line) => {
    const [name, , id] = line.split(':');
    return name && !name.startsWith('#') && id !== undefined && /^\d+$/.test(id) ? [{ name, id: Number(id) }] : [];
  });
}

const cached = new Map<AccountFile, readonly Account[]>();

function accounts(file: AccountFile): readonly Account[] {
  const known = cached.get(file);
  if (known) return known;
  let text = '';
  try {
    text = readFileSync(`/etc/${file}`, 'utf8');
  } catch {
    // No names then, as with libc.
  }
  const read = parseAccounts(text);
  cached.set(file, read);
  return read;
}

/** The number of a user or group by name. */
export function accountId(file: AccountFile, name: string): number | undefined {
  return accounts(file).find((account) => account.name === name)?.id;
}

/** The name of a user or group by number. */
export function accountName(file: AccountFile, id: number): string | undefined {
  return accounts(file).find((account) => account.id === id)?.name;
}
