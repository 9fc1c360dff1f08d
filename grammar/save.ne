# One line of an iptables-save file. Where a command stands, its words are parsed by line.ne.
@preprocessor typescript

@{%
import type { SaveTree } from '../ast.js';
import { shapeLexer as lexer } from '../shape-lexer.js';
%}

@lexer lexer

saveLine ->
    null                                            {% (): SaveTree => ({ kind: 'blank' }) %}
  | %hash                                           {% (): SaveTree => ({ kind: 'comment' }) %}
  | %commit                                         {% (): SaveTree => ({ kind: 'commit' }) %}
  | %star %word:?                                   {% ([, name]): SaveTree => ({ kind: 'table', name: name ? name.value : -1 }) %}
  | %colon (%word (%word %word:?):?):?              {% ([, chain]): SaveTree => ({ kind: 'chain', name: at(chain?.[0]), policy: at(chain?.[1]?.[0]), counters: at(chain?.[1]?.[1]) }) %}
  | %counters:? %command                            {% ([counters]): SaveTree => ({ kind: 'command', counters: at(counters) }) %}

@{%
function at(token: { value: number } | null | undefined): number {
  return token ? token.value : -1;
}
%}
