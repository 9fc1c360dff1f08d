/** `-m dst`: the destination options header. */
import { IPV6_HEADER } from '../../net/ipv6-extensions.js';
import { optionsHeaderMatch } from '../guided/options-header.js';

export const dst = optionsHeaderMatch({
  name: 'dst',
  number: IPV6_HEADER.destination,
  padWithLength: "PAD0 hasn't got length",
  help: `dst match options:
[!] --dst-len length            total length of this header
  --dst-opts TYPE[:LEN][,TYPE[:LEN]...]
                                Options and its length (list, max: 16)
`,
});
