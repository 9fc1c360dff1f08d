/** Whole rulesets that track connections, log, limit and reject, as people write them: for the differential suite. */

/** A home router in the usual order: what is known first, then what is bad, then who may begin what. */
export const ROUTER_RULES = `*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:new_tcp - [0:0]
:new_udp - [0:0]
:refuse - [0:0]
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A INPUT -i lo -j ACCEPT
-A INPUT -m conntrack --ctstate INVALID -j DROP
-A INPUT -i lan0 -s 10.200.0.0/24 -j ACCEPT
-A INPUT -p icmp -m icmp --icmp-type 8 -m conntrack --ctstate NEW -j ACCEPT
-A INPUT -p udp -m conntrack --ctstate NEW -j new_udp
-A INPUT -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -m conntrack --ctstate NEW -j new_tcp
-A INPUT -j refuse
-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -m conntrack --ctstate INVALID -j LOG --log-prefix "forward invalid: "
-A FORWARD -m conntrack --ctstate INVALID -j DROP
-A FORWARD -i lan0 -o wan0 -s 10.200.0.0/24 -j ACCEPT
-A FORWARD -i wan0 -o lan0 -d 10.200.0.80/32 -p tcp -m multiport --dports 80,443 -m conntrack --ctstate NEW -j ACCEPT
-A FORWARD -i wan0 -j refuse
-A OUTPUT -m conntrack --ctstate INVALID -j DROP
-A new_tcp -p tcp -m tcp --dport 22 -j ACCEPT
-A new_tcp -i lan0 -p tcp -m multiport --dports 53,80,8080:8090 -j ACCEPT
-A new_udp -p udp -m udp --dport 51820 -j ACCEPT
-A new_udp -i lan0 -p udp -m multiport --dports 53,67 -j ACCEPT
-A refuse -p udp -j REJECT --reject-with icmp-port-unreachable
-A refuse -p tcp -j REJECT --reject-with tcp-reset
-A refuse -j REJECT --reject-with icmp-proto-unreachable
COMMIT
`;

/** A server with the many small chains that a firewall program writes: every step a chain of its own, limited logs, a skip to the policy. */
export const CHAINS_RULES = `*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:after-input - [0:0]
:after-logging - [0:0]
:before-input - [0:0]
:before-output - [0:0]
:logging-deny - [0:0]
:not-local - [0:0]
:skip-to-policy - [0:0]
:track-output - [0:0]
:user-input - [0:0]
-A INPUT -j before-input
-A INPUT -j after-input
-A INPUT -j after-logging
-A FORWARD -j after-logging
-A OUTPUT -j before-output
-A OUTPUT -j track-output
-A after-input -p udp -m udp --dport 137 -j skip-to-policy
-A after-input -p udp -m udp --dport 138 -j skip-to-policy
-A after-input -p tcp -m tcp --dport 445 -j skip-to-policy
-A after-input -p udp -m udp --sport 67 --dport 68 -j skip-to-policy
-A after-input -m addrtype --dst-type BROADCAST -j skip-to-policy
-A after-logging -m limit --limit 3/min --limit-burst 10 -j LOG --log-prefix "[BLOCK] "
-A before-input -i lo -j ACCEPT
-A before-input -m state --state RELATED,ESTABLISHED -j ACCEPT
-A before-input -m state --state INVALID -j logging-deny
-A before-input -m state --state INVALID -j DROP
-A before-input -p icmp -m icmp --icmp-type 3 -j ACCEPT
-A before-input -p icmp -m icmp --icmp-type 11 -j ACCEPT
-A before-input -p icmp -m icmp --icmp-type 12 -j ACCEPT
-A before-input -p icmp -m icmp --icmp-type 8 -j ACCEPT
-A before-input -j not-local
-A before-input -d 224.0.0.251/32 -p udp -m udp --dport 5353 -j ACCEPT
-A before-input -j user-input
-A before-output -o lo -j ACCEPT
-A before-output -m state --state RELATED,ESTABLISHED -j ACCEPT
-A logging-deny -m limit --limit 3/min --limit-burst 10 -j LOG --log-prefix "[INVALID] "
-A not-local -m addrtype --dst-type LOCAL -j RETURN
-A not-local -m addrtype --dst-type MULTICAST -j RETURN
-A not-local -m addrtype --dst-type BROADCAST -j RETURN
-A not-local -j DROP
-A skip-to-policy -j DROP
-A track-output -p tcp -m state --state NEW -j ACCEPT
-A track-output -p udp -m state --state NEW -j ACCEPT
-A user-input -p tcp -m tcp --dport 22 -j ACCEPT
-A user-input -p tcp -m multiport --dports 80,443 -j ACCEPT
-A user-input -s 10.200.0.0/25 -j ACCEPT
-A user-input -p udp -m multiport --dports 60000:61000 -j ACCEPT
-A user-input -s 10.200.1.9/32 -p tcp -m tcp --dport 5432 -j ACCEPT
COMMIT
`;

/** A measuring host: long list of refused sources before the services, answers of every kind. */
export const BLOCKLIST_RULES = ((): string => {
  const kinds = ['icmp-net-unreachable', 'icmp-host-unreachable', 'icmp-host-prohibited', 'icmp-net-prohibited', 'icmp-admin-prohibited', 'icmp-port-unreachable', 'icmp-proto-unreachable'];
  const blocked = Array.from({ length: 160 }, (_, index) => {
    const address = `${20 + ((index * 37) % 180)}.${(index * 91) % 256}.${(index * 53) % 256}.${1 + ((index * 29) % 250)}`;
    return `-A INPUT -s ${address}/32 -j REJECT --reject-with ${kinds[index % kinds.length]}`;
  });
  return `*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -i lo -j ACCEPT
-A INPUT -d 127.0.0.0/8 ! -i lo -j REJECT --reject-with icmp-port-unreachable
-A INPUT -m state --state RELATED,ESTABLISHED -j ACCEPT
${blocked.join('\n')}
-A INPUT -p tcp -m tcp --dport 80 -j ACCEPT
-A INPUT -p tcp -m state --state NEW -m tcp --dport 22 -j ACCEPT
-A INPUT -p icmp -m icmp --icmp-type 8 -j ACCEPT
-A INPUT -p tcp -j REJECT --reject-with tcp-reset
-A INPUT -j REJECT --reject-with icmp-port-unreachable
-A FORWARD -j REJECT --reject-with icmp-port-unreachable
-A OUTPUT -j ACCEPT
COMMIT
`;
})();
