/** The demonstration's ruleset: a small office router. eth0 is the office (10.200.0.0/24), eth1 the way to the Internet. */
export const DEMO_RULES = `*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:bad_packets - [0:0]
:blocked_hosts - [0:0]
:icmp_in - [0:0]
:lan_services - [0:0]
:lan_to_wan - [0:0]
-A INPUT -i lo -j ACCEPT
-A INPUT -j bad_packets
-A INPUT -s 203.0.113.0/24 -j blocked_hosts
-A INPUT -p icmp -j icmp_in
-A INPUT -i eth0 -s 10.200.0.0/24 -g lan_services
-A INPUT -i eth1 -p tcp -m tcp --dport 22 -m comment --comment "remote administration" -j ACCEPT
-A INPUT -m addrtype --dst-type BROADCAST -j DROP
-A FORWARD -j bad_packets
-A FORWARD -d 203.0.113.0/24 -j blocked_hosts
-A FORWARD -i eth0 -o eth1 -s 10.200.0.0/24 -j lan_to_wan
-A FORWARD -i eth1 -o eth0 -p tcp -m tcp ! --syn -j ACCEPT
-A FORWARD -i eth1 -o eth0 -p udp -m udp --sport 53 -j ACCEPT
-A OUTPUT -p tcp -m tcp --dport 25 -j DROP
-A bad_packets -p tcp -m tcp --tcp-flags FIN,SYN,RST,PSH,ACK,URG NONE -j DROP
-A bad_packets -p tcp -m tcp --tcp-flags FIN,SYN FIN,SYN -j DROP
-A bad_packets -f -j DROP
-A blocked_hosts -j DROP
-A icmp_in -p icmp -m icmp --icmp-type 8 -m length --length 0:128 -j ACCEPT
-A icmp_in -p icmp -m icmp --icmp-type 3 -j ACCEPT
-A icmp_in -j RETURN
-A lan_services -p udp -m multiport --dports 53,67,123 -j ACCEPT
-A lan_services -p tcp -m multiport --dports 22,80,443 -j ACCEPT
-A lan_to_wan -p tcp -m tcp --dport 25 -j DROP
-A lan_to_wan -m iprange --src-range 10.200.0.200-10.200.0.220 -j DROP
-A lan_to_wan -j ACCEPT
COMMIT
`;
