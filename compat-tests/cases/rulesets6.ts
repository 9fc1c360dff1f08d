/** Whole rulesets of IPv6, as hosts and routers have them. */

/** A server: loopback, states, what ICMPv6 must pass (RFC 4890), DHCPv6, two services, the rest rejected. */
export const SERVER_RULES6 = `*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:icmp - [0:0]
:services - [0:0]
-A INPUT -i lo -j ACCEPT
-A INPUT -m rt --rt-type 0 -j DROP
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A INPUT -m conntrack --ctstate INVALID -j DROP
-A INPUT -p ipv6-icmp -j icmp
-A INPUT -s fe80::/10 -d fe80::/10 -p udp -m udp --sport 547 --dport 546 -j ACCEPT
-A INPUT -p tcp -m conntrack --ctstate NEW -j services
-A INPUT -p tcp -j REJECT --reject-with tcp-reset
-A INPUT -p udp -j REJECT --reject-with icmp6-port-unreachable
-A icmp -p ipv6-icmp -m icmp6 --icmpv6-type 1 -j ACCEPT
-A icmp -p ipv6-icmp -m icmp6 --icmpv6-type 2 -j ACCEPT
-A icmp -p ipv6-icmp -m icmp6 --icmpv6-type 3 -j ACCEPT
-A icmp -p ipv6-icmp -m icmp6 --icmpv6-type 4 -j ACCEPT
-A icmp -p ipv6-icmp -m icmp6 --icmpv6-type 128 -j ACCEPT
-A icmp -p ipv6-icmp -m icmp6 --icmpv6-type 133 -m hl --hl-eq 255 -j ACCEPT
-A icmp -p ipv6-icmp -m icmp6 --icmpv6-type 134 -m hl --hl-eq 255 -j ACCEPT
-A icmp -p ipv6-icmp -m icmp6 --icmpv6-type 135 -m hl --hl-eq 255 -j ACCEPT
-A icmp -p ipv6-icmp -m icmp6 --icmpv6-type 136 -m hl --hl-eq 255 -j ACCEPT
-A services -s 2000::/3 -p tcp -m tcp --dport 22 -j ACCEPT
-A services -p tcp -m multiport --dports 80,443 -j ACCEPT
COMMIT
`;

/** A router of two networks: what comes from outside must be an answer, or for the server's ports. */
export const ROUTER_RULES6 = `*filter
:INPUT ACCEPT [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:inward - [0:0]
:outward - [0:0]
-A FORWARD -i eth0 -o eth1 -j inward
-A FORWARD -i eth1 -o eth0 -j outward
-A inward -p tcp -m tcp ! --tcp-flags SYN,RST,ACK SYN -j ACCEPT
-A inward -d fd00:200:0:1::/64 -p tcp -m tcp --dport 1:1023 -j ACCEPT
-A inward -p udp -m udp --sport 53 -j ACCEPT
-A inward ! -s fd00:200::/64 -j RETURN
-A inward -p ipv6-icmp -j ACCEPT
-A outward -s fd00:200:0:1::/64 -j ACCEPT
-A outward -p 41 -j DROP
COMMIT
`;
