/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The part of a LOG record that is in the skb, in both families. */
#ifndef BPF_IPTABLES_LOG_SKB_H
#define BPF_IPTABLES_LOG_SKB_H

#include "kernel.h"
#include "device.h"
#include "log_record.h"
#include "sender.h"
#include "skb.h"

#define FLAG_OWNER 0x08 /* XT_LOG_UID */

/* nf_log_dump_sk_uid_gid(): credentials of the file behind the socket that sent the packet. */
INLINE void socket_owner(struct log_record *log, void *skb)
{
	void *socket = KREAD(void *, skb, KOFF(sk_buff, sk)), *file, *credentials;
	__u8 state;

	if (!socket)
		return;
	state = KREAD(__u8, socket, KOFF(sock_common, skc_state));
	if (state == STATE_TIME_WAIT || state == STATE_NEW_SYN)
		return;
	socket = KREAD(void *, socket, KOFF(sock, sk_socket));
	file = socket ? KREAD(void *, socket, KOFF(socket, file)) : 0;
	credentials = file ? KREAD(void *, file, KOFF(file, f_cred)) : 0;
	if (!credentials)
		return;
	log->has_owner = 1;
	log->uid = KREAD(__u32, credentials, KOFF(cred, fsuid));
	log->gid = KREAD(__u32, credentials, KOFF(cred, fsgid));
}

/* The link-layer header as dump_mac_header() finds it: nothing where it is missing, as on tun, or ends where IP begins. */
INLINE void link_header(struct __sk_buff *ctx, struct log_record *log, void *skb, void *device)
{
	__u64 head = KREAD(__u64, skb, KOFF(sk_buff, head)), data = KREAD(__u64, skb, KOFF(sk_buff, data));
	__u16 mac = KREAD(__u16, skb, KOFF(sk_buff, mac_header)), network = KREAD(__u16, skb, KOFF(sk_buff, network_header));
	__u64 length = KREAD(__u16, device, KOFF(net_device, hard_header_len));

	log->device_type = device_type(device);
	if (length == 0 || mac == network || mac == 0xffff || head + mac < data)
		return;
	if (length > LOG_MAC_MAX)
		length = LOG_MAC_MAX;
	if (!skb_load_bytes(ctx, head + mac - data, log->mac, length))
		log->mac_length = length;
}

/* Fills and submits a record, 0 = there was no room; up to `most` bytes of the packet. Returns 0, as effects do. */
INLINE __u32 log_skb(struct __sk_buff *ctx, struct record *r, struct log_slot *slot, struct log_record *log, __u32 most)
{
	void *skb = KERNEL_CONTEXT(ctx, sk_buff), *device = KREAD(void *, skb, KOFF(sk_buff, dev));
	__u32 length = log_wanted(r, most);

	if (!log)
		return 0;
	if (log->has_input && device)
		link_header(ctx, log, skb, device);
	if (slot->flags & FLAG_OWNER && !r->in_ifindex && sent_from_here(ctx))
		socket_owner(log, skb);
	if (length == 0 || skb_load_bytes(ctx, r->l3_offset, log->packet, length))
		length = 0;
	log->captured = length;
	ringbuf_submit(log, 0);
	return 0;
}

#endif
