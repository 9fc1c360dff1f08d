# Value forms: the comma-separated list of addresses, each perhaps with a mask behind its last slash.
@preprocessor typescript

@{%
import type { AddressItem, AddressList } from '../ast.js';
import { shapeLexer as lexer } from '../shape-lexer.js';
%}

@lexer lexer

addresses ->
    address                                         {% ([item]): AddressList => ({ before: undefined, item }) %}
  | addresses %comma address                        {% ([before, , item]): AddressList => ({ before, item }) %}

address ->
    %text                                           {% ([host]): AddressItem => ({ host: host.value, mask: -1 }) %}
  | %text %slash %text                              {% ([host, , mask]): AddressItem => ({ host: host.value, mask: mask.value }) %}
