/** Whole rulesets as people write them, for replays: no connection tracking, so that every verdict follows from the packet alone. */

/** A server with a few services, a blocklist and protection against odd packets. */
export const SERVER_RULES = `*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:blocklist - [0:0]
:icmp - [0:0]
:management - [0:0]
:odd - [0:0]
:services - [0:0]
-A INPUT -i lo -j ACCEPT
-A INPUT -s 127.0.0.0/8 ! -i lo -j DROP
-A INPUT -j blocklist
-A INPUT -p tcp -j odd
-A INPUT -p icmp -g icmp
-A INPUT -m addrtype --dst-type BROADCAST,MULTICAST -j DROP
-A INPUT -s 10.200.0.0/24 -p tcp -j management
-A INPUT -j services
-A INPUT -p tcp -m tcp --sport 1024:65535 --tcp-flags FIN,SYN,RST,ACK ACK -j ACCEPT
-A OUTPUT -d 198.51.100.0/24 -j DROP
-A OUTPUT -p udp -m udp --dport 123 -m ttl --ttl-gt 32 -j ACCEPT
-A OUTPUT ! -o lo -p tcp -m multiport --dports 135,139,445 -j DROP
-A blocklist -s 198.51.100.0/24 -j DROP
-A blocklist -s 203.0.113.64/26 -j DROP
-A blocklist -m iprange --src-range 192.0.2.10-192.0.2.99 -j DROP
-A blocklist -s 10.200.1.66/32 -j DROP
-A blocklist -s 100.64.0.0/10 -p tcp -m tcp --dport 25 -j DROP
-A blocklist -m mac --mac-source 02:00:00:00:00:AA -j DROP
-A icmp -p icmp -m icmp --icmp-type 8 -m length --length 28:1028 -j ACCEPT
-A icmp -p icmp -m icmp --icmp-type 3/4 -j ACCEPT
-A icmp -p icmp -m icmp --icmp-type 11 -j ACCEPT
-A icmp -p icmp -m icmp --icmp-type 0
-A management -p tcp -m multiport --dports 22,8006,9090:9100 -j ACCEPT
-A management -p tcp -m tcp --dport 3306 -s 10.200.0.2/32 -j ACCEPT
-A management -j RETURN
-A odd -p tcp -m tcp --tcp-flags FIN,SYN,RST,PSH,ACK,URG NONE -j DROP
-A odd -p tcp -m tcp --tcp-flags FIN,SYN,RST,PSH,ACK,URG FIN,PSH,URG -j DROP
-A odd -p tcp -m tcp --tcp-flags SYN,RST SYN,RST -j DROP
-A odd -p tcp -m tcp --tcp-flags FIN,SYN FIN,SYN -j DROP
-A odd -p tcp -m tcp --syn -m length --length 100: -j DROP
-A services -p tcp -m tcp --dport 80 -j ACCEPT
-A services -p tcp -m tcp --dport 443 -j ACCEPT
-A services -p udp -m multiport --dports 53,443,5353 -j ACCEPT
-A services -p udp -m udp --sport 67 --dport 68 -j ACCEPT
COMMIT
`;

/** A router between an office, a guest network and the outside. */
export const OFFICE_RULES = `*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:guest - [0:0]
:in_wan - [0:0]
:lan - [0:0]
:no_spoof - [0:0]
:published - [0:0]
-A INPUT -i lo -j ACCEPT
-A INPUT -i wan0 -g in_wan
-A INPUT -i lan0 -s 10.200.0.0/24 -j ACCEPT
-A INPUT -i guest+ -p udp -m multiport --dports 53,67 -j ACCEPT
-A FORWARD -j no_spoof
-A FORWARD -i lan0 -j lan
-A FORWARD -i guest0 -o wan0 -j guest
-A FORWARD -i wan0 -o lan0 -j published
-A FORWARD -i wan0 -p tcp -m tcp ! --syn -m length --length 0:1200 -j ACCEPT
-A FORWARD -i wan0 -p udp -m udp --sport 53 --dport 1024:65535 -j ACCEPT
-A FORWARD -f -j DROP
-A OUTPUT -o guest0 -p tcp -m tcp --dport 22 -j DROP
-A guest -d 10.0.0.0/8 -j DROP
-A guest -d 172.16.0.0/12 -j DROP
-A guest -d 192.168.0.0/16 -j DROP
-A guest -p tcp -m multiport --dports 25,465,587 -j DROP
-A guest -m ttl --ttl-lt 5 -j DROP
-A guest -j ACCEPT
-A in_wan -p icmp -m icmp --icmp-type 8 -j ACCEPT
-A in_wan -p tcp -m tcp --dport 22 -s 192.0.2.0/255.255.255.0 -j ACCEPT
-A in_wan -p udp -m udp --dport 51820 -j ACCEPT
-A in_wan -p esp -j ACCEPT
-A lan -o guest0 -j DROP
-A lan -o wan0 -p tcp -m tcp --dport 25 ! -s 10.200.0.25/32 -j DROP
-A lan -o wan0 -d 0.0.0.5/0.0.0.255 -j RETURN
-A lan -j ACCEPT
-A no_spoof -s 10.200.0.0/24 ! -i lan0 -j DROP
-A no_spoof -s 10.200.1.0/24 -i lan0 -j DROP
-A no_spoof -m addrtype --src-type MULTICAST,BROADCAST -j DROP
-A published -d 10.200.0.80/32 -p tcp -m multiport --dports 80,443 -j ACCEPT
-A published -d 10.200.0.25/32 -p tcp -m tcp --dport 25 --sport 1024: -j ACCEPT
COMMIT
`;
