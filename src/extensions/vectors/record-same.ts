/**
 * Records which accepted vectors iptables takes for the same rule: `node dist/src/extensions/vectors/record-same.js FILE...` writes same.recorded and
 * same6.recorded. For each vector of a chain the number of the first one that `-D` finds by its words, of all of them in the chain at once. iptables-legacy
 * is asked whether `-C` says the same; ip6tables-legacy 1.8.9 is not, for its `-C` hardly looks at options. Needs root and a network namespace of its own
 * (`unshare -n`). Files that are not given stay as they were recorded.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { formatSame, parseSame } from './same-file.js';
import { parseVectors, splitWords, vectorFamily } from './vector-file.js';

type Run = (...words: readonly string[]) => { readonly found: boolean; readonly output: string };

function runner(program: string): Run {
  return (...words) => {
    const { status, stdout, error } = spawnSync(program, words, { encoding: 'utf8', timeout: 20_000 });
    if (error || status === null) throw new Error(`cannot run ${words.join(' ')}`, { cause: error });
    return { found: status === 0, output: stdout };
  };
}

/** The numbers of the rules in a chain, in order: each carries its own as its packet counter. */
function numbersIn(run: Run, chain: string): readonly number[] {
  return [...run('-v', '-S', chain).output.matchAll(/^-A .* -c (\d+) 0/gm)].map(([, number]) => Number(number));
}

/** For each specification the first of all that is the same rule. */
function firsts(run: Run, chain: string, specs: readonly (readonly string[])[]): readonly number[] {
  const must = (...words: readonly string[]): void => {
    if (!run(...words).found) throw new Error(`refused: ${words.join(' ')}`);
  };
  run('-F', chain);
  specs.forEach((spec, number) => must('-A', chain, ...spec, '-c', String(number), '0'));
  const all = specs.map((_, number) => number);
  return specs.map((spec) => {
    must('-D', chain, ...spec);
    const left = new Set(numbersIn(run, chain));
    const gone = all.filter((number) => !left.has(number));
    if (gone.length !== 1) throw new Error(`-D took ${gone.length} rules: ${spec.join(' ')}`);
    must('-I', chain, String(gone[0]! + 1), ...specs[gone[0]!]!, '-c', String(gone[0]), '0');
    return gone[0]!;
  });
}

/** Throws where `-C` finds a rule by other words than `-D`, asked for each rule alone: by all words of its own, and by those of the next other ones. */
function checkWithC(run: Run, chain: string, specs: readonly (readonly string[])[], first: readonly number[]): void {
  const rules = [...new Set(first)];
  rules.forEach((number, at) => {
    run('-F', chain);
    run('-A', chain, ...specs[number]!);
    for (const [index, spec] of specs.entries()) if (first[index] === number && !run('-C', chain, ...spec).found) throw new Error(`-C does not find ${specs[number]!.join(' ')} by ${spec.join(' ')}`);
    for (const other of rules.slice(at + 1, at + 3)) if (run('-C', chain, ...specs[other]!).found) throw new Error(`-C finds ${specs[number]!.join(' ')} by ${specs[other]!.join(' ')}`);
  });
}

const EXTENSIONS = path.join(import.meta.dirname, '../../../../src/extensions');
for (const [family, program, target] of [['ipv4', 'iptables-legacy', 'same.recorded'], ['ipv6', 'ip6tables-legacy', 'same6.recorded']] as const) {
  const file = path.join(EXTENSIONS, 'vectors', target);
  const known = existsSync(file) ? parseSame(readFileSync(file, 'utf8')) : [];
  const run = runner(program);
  const names = process.argv.slice(2).filter((name) => vectorFamily(name) === family);
  const recorded = names.flatMap((name) => {
    const vectors = parseVectors(readFileSync(name, 'utf8')).filter(({ outcome }) => outcome?.kind === 'accepted');
    return [...new Set(vectors.map(({ chain }) => chain))].map((chain) => {
      const specs = vectors.filter((vector) => vector.chain === chain).map(({ spec }) => splitWords(spec));
      const first = firsts(run, chain, specs);
      if (family === 'ipv4') checkWithC(run, chain, specs, first);
      run('-F', chain);
      return { file: path.basename(name), chain, first };
    });
  });
  const anew = new Set(recorded.map(({ file: name }) => name));
  writeFileSync(file, formatSame([...known.filter(({ file: name }) => !anew.has(name)), ...recorded]));
}
