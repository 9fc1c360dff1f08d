# One iptables command line after the program name: clauses in any order, each perhaps behind a "!".
# Terminals are token types (src/parse/token.ts); values in the tree are token indices, so that one tree serves
# every line of the same shape.
@preprocessor typescript

@{%
import type { Clause, ClauseKind, ClauseList, LineReading } from '../ast.js';
import { shapeLexer as lexer } from '../shape-lexer.js';

type Indexed = { readonly value: number };
type Part = Indexed | null | Part[] | undefined;

function indices(parts: Part[]): number[] {
  const found: number[] = [];
  for (const part of parts) {
    if (Array.isArray(part)) found.push(...indices(part));
    else if (part) found.push(part.value);
  }
  return found;
}

function clause(kind: ClauseKind) {
  return ([head, ...words]: Part[]): Clause => ({ kind, not: -1, head: (head as Indexed).value, words: indices(words) });
}
const clauseWithList = clause;
const command = clause('command');
const chainAndNumber = command;
%}

@lexer lexer
@include "./command.ne"
@include "./rule.ne"

line -> clauses %not:?                              {% ([clauses, not]): LineReading => ({ clauses, danglingNot: not ? not.value : -1 }) %}

clauses ->
    null                                            {% () => undefined %}
  | clauses clause                                  {% ([before, clause]): ClauseList => ({ before, clause }) %}

clause ->
    bare                                            {% ([bare]) => bare %}
  | %not bare                                       {% ([not, bare]): Clause => ({ ...bare, not: not.value }) %}

bare ->
    command                                         {% ([inner]) => inner %}
  | field                                           {% ([inner]) => inner %}
  | extension                                       {% ([inner]) => inner %}
  | modifier                                        {% ([inner]) => inner %}
  | %bad                                            {% clause('bad') %}

modifier ->
    %numeric                                        {% clause('numeric') %}
  | %verbose                                        {% clause('verbose') %}
  | %exact                                          {% clause('exact') %}
  | %lineNumbers                                    {% clause('lineNumbers') %}
  | %table word                                     {% clause('table') %}
  | %modprobe word                                  {% clause('modprobe') %}
  | %wait word:?                                    {% clause('wait') %}
  | %waitInterval word:?                            {% clause('waitInterval') %}
  | %setCounters word word:?                        {% clause('setCounters') %}
  | %ipv4                                           {% clause('ipv4') %}
  | %ipv6                                           {% clause('ipv6') %}
  | %help word:?                                    {% clause('help') %}
  | %version                                        {% clause('version') %}

word -> %word                                       {% ([word]) => word %}
