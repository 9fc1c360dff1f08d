/** Files same.recorded and same6.recorded, one line for each chain of a vector file: `FILE CHAIN NUMBER...`, a number for each accepted vector: of the first that is the same rule. */

export interface Same {
  readonly file: string;
  readonly chain: string;
  readonly first: readonly number[];
}

export function parseSame(text: string): readonly Same[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [file = '', chain = '', ...numbers] = line.split(' ');
      return { file, chain, first: numbers.map(Number) };
    });
}

export function formatSame(all: readonly Same[]): string {
  const lines = all.map(({ file, chain, first }) => `${[file, chain, ...first].join(' ')}\n`);
  return lines.sort().join('');
}
