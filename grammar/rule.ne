# The shape of a rule: head fields, matches with their options, a target with its options.
# Options belong to the extension that declared them, wherever on the line they stand (iptables lets a
# match's options follow another -m or the target), so the owner is on the token, not in the tree.
@lexer lexer

field ->
    %source word                                    {% clause('source') %}
  | %destination word                               {% clause('destination') %}
  | %inInterface word                               {% clause('inInterface') %}
  | %outInterface word                              {% clause('outInterface') %}
  | %protocol word                                  {% clause('protocol') %}
  | %fragments                                      {% clause('fragments') %}

extension ->
    %match word                                     {% clause('match') %}
  | %jump word                                      {% clause('jump') %}
  | %goto word                                      {% clause('goto') %}
  | %option word:*                                  {% clauseWithList('option') %}
