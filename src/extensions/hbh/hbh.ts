/** `-m hbh`: the hop-by-hop options header. */
import { IPV6_HEADER } from '../../net/ipv6-extensions.js';
import { optionsHeaderMatch } from '../guided/options-header.js';

export const hbh = optionsHeaderMatch({
  name: 'hbh',
  number: IPV6_HEADER.hopByHop,
  padWithLength: 'PAD0 has not got length',
  help: `hbh match options:
[!] --hbh-len length            total length of this header
  --hbh-opts TYPE[:LEN][,TYPE[:LEN]...] 
                                Options and its length (list, max: 16)
`,
});
