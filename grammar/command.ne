# The commands. Which option word is which command is the lexer's knowledge (src/parse/general-options.ts);
# here only how many words may follow one. A missing word is not a syntax error: iptables has its own message for it.
@lexer lexer

command ->
    %append word                                    {% command %}
  | %check word                                     {% command %}
  | %deleteRule word word:?                          {% command %}
  | %insert word word:?                             {% command %}
  | %replace word word:?                            {% command %}
  | %list (word word:?):?                           {% chainAndNumber %}
  | %listRules (word word:?):?                      {% chainAndNumber %}
  | %zero (word word:?):?                           {% chainAndNumber %}
  | %flush word:?                                   {% command %}
  | %deleteChain word:?                             {% command %}
  | %newChain word                                  {% command %}
  | %renameChain word word:?                        {% command %}
  | %policy word word:?                             {% command %}
