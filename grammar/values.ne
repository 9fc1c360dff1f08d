# Value forms: the comma-separated list of addresses, each perhaps with a mask.
# Of several slashes the last one is before the mask, as in iptables.
@preprocessor typescript

@{%
import type { AddressItem } from '../ast.js';
import { shapeLexer as lexer } from '../shape-lexer.js';
%}

@lexer lexer

addresses ->
    address                                         {% ([first]): AddressItem[] => [first] %}
  | addresses %comma address                        {% ([before, , next]): AddressItem[] => [...before, next] %}

address ->
    host                                            {% ([host]): AddressItem => ({ host, mask: -1 }) %}
  | host %slash %text                               {% ([host, , mask]): AddressItem => ({ host, mask: mask.value }) %}

host ->
    %text                                           {% ([text]): number[] => [text.value] %}
  | host %innerSlash %text                          {% ([before, , text]): number[] => [...before, text.value] %}
