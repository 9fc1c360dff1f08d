/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* SCTP in conntrack: states and what chunks make of them, as nf_conntrack_proto_sctp has it since Linux 6.6. Numbers of RFC 9260. */
#ifndef BPF_IPTABLES_SCTP_TRACK_H
#define BPF_IPTABLES_SCTP_TRACK_H

#include "kernel.h"
#include "flow.h"

enum sctp_chunk_type {
	CHUNK_DATA, CHUNK_INIT, CHUNK_INIT_ACK, CHUNK_SACK, CHUNK_HEARTBEAT, CHUNK_HEARTBEAT_ACK, CHUNK_ABORT, CHUNK_SHUTDOWN, CHUNK_SHUTDOWN_ACK,
	CHUNK_ERROR, CHUNK_COOKIE_ECHO, CHUNK_COOKIE_ACK, CHUNK_SHUTDOWN_COMPLETE = 14, CHUNK_UNKNOWN = 31,
};

/* enum sctp_conntrack of the kernel. */
enum sctp_state {
	SCTP_NONE, SCTP_CLOSED, SCTP_COOKIE_WAIT, SCTP_COOKIE_ECHOED, SCTP_ESTABLISHED, SCTP_SHUTDOWN_SENT, SCTP_SHUTDOWN_RECEIVED,
	SCTP_SHUTDOWN_ACK_SENT, SCTP_HEARTBEAT_SENT, SCTP_STATES, SCTP_BAD = SCTP_STATES,
};

/* sctp.flags: the last HEARTBEAT had a tag that is not the association's; an answer to it may bring in the new one. */
enum sctp_flow_flags { SCTP_HEARTBEAT_ASTRAY = 1 };

/* As on the wire. */
struct sctp_header {
	__u16 sport, dport;
	__u32 tag, checksum;
};

struct sctp_chunk {
	__u8 type, flags;
	__u16 length;
};

/* Flag of ABORT and SHUTDOWN COMPLETE: the tag is the other end's, as the sender has no association. */
#define CHUNK_REFLECTED 1
/* Bytes of INIT and INIT ACK behind the chunk's own header, the initiate tag first. */
#define INIT_FIELDS 16

/* Sets of chunk types, a bit for each. */
#define CHUNK(type) (1u << CHUNK_##type)
#define CHUNKS_ALONE (CHUNK(INIT) | CHUNK(INIT_ACK) | CHUNK(SHUTDOWN_COMPLETE))
#define CHUNKS_FIRST (CHUNK(COOKIE_ECHO) | CHUNK(COOKIE_ACK))
/* What moves a flow on; of all else no flow begins. */
#define CHUNKS_MOVING (CHUNKS_ALONE | CHUNKS_FIRST | CHUNK(ABORT) | CHUNK(SHUTDOWN) | CHUNK(SHUTDOWN_ACK) | CHUNK(ERROR) | CHUNK(HEARTBEAT) | CHUNK(HEARTBEAT_ACK))
/* What cannot begin one either: it ends or answers something that is not there. */
#define CHUNKS_OF_OLD (CHUNK(ABORT) | CHUNK(SHUTDOWN_COMPLETE) | CHUNK(COOKIE_ACK))
/* Packets with one of these have the tag looked at chunk by chunk, or not at all. */
#define CHUNKS_OWN_TAG (CHUNK(INIT) | CHUNK(SHUTDOWN_COMPLETE) | CHUNK(COOKIE_ECHO) | CHUNK(ABORT) | CHUNK(SHUTDOWN_ACK) | CHUNK(HEARTBEAT) | CHUNK(HEARTBEAT_ACK))

INLINE __u32 chunk_bit(__u32 type)
{
	return 1u << (type < CHUNK_UNKNOWN ? type : CHUNK_UNKNOWN);
}

/* After a chunk of a flow that has none of its own yet, or only HEARTBEATs. */
INLINE __u32 sctp_first_state(__u32 reply, __u32 state, __u32 type)
{
	if (reply && type == CHUNK_HEARTBEAT_ACK)
		return SCTP_ESTABLISHED;
	if (type == CHUNK_HEARTBEAT)
		return SCTP_HEARTBEAT_SENT;
	if (reply)
		return SCTP_BAD;
	if (type == CHUNK_SHUTDOWN_ACK)
		return SCTP_SHUTDOWN_ACK_SENT;
	if (state == SCTP_HEARTBEAT_SENT && type == CHUNK_HEARTBEAT_ACK)
		return state;
	return state == SCTP_HEARTBEAT_SENT && type == CHUNK_INIT ? SCTP_COOKIE_WAIT : SCTP_CLOSED;
}

/* The state that a chunk leads to, SCTP_BAD where it cannot be. `type` is one of CHUNKS_MOVING. */
INLINE __u32 sctp_next_state(__u32 reply, __u32 state, __u32 type)
{
	if (state == SCTP_NONE || state == SCTP_HEARTBEAT_SENT)
		return sctp_first_state(reply, state, type);
	if (type == CHUNK_ABORT)
		return SCTP_CLOSED;
	switch (state) {
	case SCTP_CLOSED:
		return reply && type == CHUNK_INIT_ACK ? SCTP_COOKIE_WAIT : state;
	case SCTP_COOKIE_WAIT:
		return type == CHUNK_COOKIE_ECHO ? SCTP_COOKIE_ECHOED : state;
	case SCTP_COOKIE_ECHOED:
		if (reply && type == CHUNK_ERROR)
			return SCTP_CLOSED;
		return type == CHUNK_COOKIE_ACK ? SCTP_ESTABLISHED : state;
	case SCTP_ESTABLISHED:
		if (type == CHUNK_SHUTDOWN)
			return reply ? SCTP_SHUTDOWN_RECEIVED : SCTP_SHUTDOWN_SENT;
		return state;
	case SCTP_SHUTDOWN_ACK_SENT:
		return type == CHUNK_SHUTDOWN_COMPLETE ? SCTP_CLOSED : state;
	default: /* shutting down */
		if (!reply && type == CHUNK_INIT)
			return SCTP_CLOSED;
		return type == CHUNK_SHUTDOWN_ACK ? SCTP_SHUTDOWN_ACK_SENT : state;
	}
}

#endif
