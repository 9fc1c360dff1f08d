/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * One SCTP packet of a flow: the step of nf_conntrack_sctp_packet(). At tc alone: SCTP's checksum is not one that XDP sums, so XDP leaves it
 * to tc where rules track connections.
 */
#include "kernel.h"
#include "conntrack_settings.h"
#include "flow.h"
#include "packet.h"
#include "rounds.h"
#include "sctp_track.h"
#include "tcp_track.h"

/* As many chunks as 64 KB can hold: all of them are walked, as the kernel does. */
#define CHUNKS_MOST 16384

/* The walk over the chunks. It lives in the record's scratch, where the verifier does not follow it from round to round. */
struct sctp_walk {
	__u32 at;        /* offset of the chunk at hand in the packet */
	__u32 end;       /* of the packet */
	__u32 seen;      /* sets of chunk types */
	__u32 tag;       /* the packet's, host order */
	__u8 type, flags;
	__u8 unheeded;   /* 1 = the packet does not keep the flow alive */
	__u8 refused;    /* 1 = INVALID */
	__u8 state;      /* enum sctp_state after the chunks so far */
	__u8 reply;      /* direction */
	__u8 old;        /* enum sctp_state before the chunk at hand */
	__u32 bit;       /* of the type of the chunk at hand */
};

/* Reads the chunk header at hand; 0 at the end of the packet, where bytes too few for another chunk do not count. */
INLINE int read_chunk(packet_context *ctx, volatile struct sctp_walk *walk, struct sctp_chunk *chunk)
{
	__u32 at = walk->at;

	return at + sizeof(*chunk) <= walk->end && load_bytes(ctx, at, chunk, sizeof(*chunk)) == 0;
}

INLINE void next_chunk(volatile struct sctp_walk *walk, const struct sctp_chunk *chunk)
{
	walk->at += (NTOHS(chunk->length) + 3) & ~3u;
}

/* First look at all chunks: which there are, and whether they may stand together. Returns 0 if not, or if there are none. */
INLINE int survey(packet_context *ctx, volatile struct sctp_walk *walk)
{
	struct sctp_chunk chunk;
	struct rounds rounds;

	rounds_begin(&rounds, CHUNKS_MOST);
	while (rounds_next(&rounds)) {
		__u32 seen = walk->seen, bit;

		if (!read_chunk(ctx, walk, &chunk))
			break;
		bit = chunk_bit(chunk.type);
		if (chunk.length == 0 || (seen && ((bit & CHUNKS_FIRST) || ((seen | bit) & CHUNKS_ALONE)))) {
			walk->refused = 1;
			break;
		}
		walk->seen = seen | bit;
		next_chunk(walk, &chunk);
	}
	rounds_end(&rounds);
	return walk->seen && !walk->refused;
}

/* What a new flow takes its tags from. Returns 0 if none begins like this. */
INLINE int begin(volatile struct sctp_walk *walk, struct flow *flow)
{
	__u32 seen = walk->seen;

	if (seen & (CHUNKS_OF_OLD | ~CHUNKS_MOVING))
		return 0;
	if (seen & CHUNK(HEARTBEAT))
		flow->sctp.vtag[DIRECTION_ORIGINAL] = walk->tag;
	/* Out of the blue: SHUTDOWN COMPLETE or ABORT is to come back with its own tag. */
	if (seen & CHUNK(SHUTDOWN_ACK))
		flow->sctp.vtag[DIRECTION_REPLY] = walk->tag;
	return 1;
}

/* HEARTBEAT and its answer, which may have a tag of another association of the same hosts. Returns 0 if INVALID. */
INLINE int heartbeat(volatile struct sctp_walk *walk, struct flow *flow, __u32 *own, __u32 *other)
{
	int answer = walk->type == CHUNK_HEARTBEAT_ACK;

	if (*own == 0) {
		*own = walk->tag;
		return 1;
	}
	if (walk->tag == *own) {
		flow->sctp.flags &= ~SCTP_HEARTBEAT_ASTRAY;
		return 1;
	}
	if ((walk->seen & CHUNK(DATA)) || walk->unheeded)
		return 0;
	if (!answer) {
		flow->sctp.flags |= SCTP_HEARTBEAT_ASTRAY;
		flow->sctp.last_direction = walk->reply;
		walk->unheeded = 1;
		return 1;
	}
	if (!(flow->sctp.flags & SCTP_HEARTBEAT_ASTRAY) || flow->sctp.last_direction == walk->reply)
		return 0;
	flow->sctp.flags &= ~SCTP_HEARTBEAT_ASTRAY;
	*own = walk->tag;
	*other = 0;
	return 1;
}

/* Whether the packet's tag is the one that the chunk must come with. */
INLINE int tag_fits(volatile struct sctp_walk *walk, struct flow *flow, __u32 *own, __u32 *other)
{
	switch (walk->type) {
	case CHUNK_INIT:
		return walk->tag == 0;
	case CHUNK_ABORT:
	case CHUNK_SHUTDOWN_COMPLETE:
		return walk->tag == (walk->flags & CHUNK_REFLECTED ? *other : *own);
	case CHUNK_COOKIE_ECHO:
		return walk->tag == *own;
	case CHUNK_HEARTBEAT:
	case CHUNK_HEARTBEAT_ACK:
		return heartbeat(walk, flow, own, other);
	default:
		return 1;
	}
}

/* INIT and INIT ACK say what tag the other end is to use. `said`, `heard`: whether this end, the other, has sent INIT. Returns 0 if INVALID. */
INLINE int initiate(packet_context *ctx, volatile struct sctp_walk *walk, __u32 old, __u32 *other, __u8 *said, __u8 *heard)
{
	__u32 fields[INIT_FIELDS / 4], tag;

	if (walk->at + sizeof(struct sctp_chunk) + INIT_FIELDS > walk->end)
		return 0;
	if (load_bytes(ctx, walk->at + sizeof(struct sctp_chunk), fields, sizeof(fields)))
		return 0;
	tag = NTOHL(fields[0]);
	if (walk->type == CHUNK_INIT) {
		/* One that repeats what is known begins nothing. */
		if (old == SCTP_NONE || *other != tag) {
			if (*said)
				*heard = 0;
			*said = 1;
		}
		/* Repeated, it does not keep the flow alive. */
		if (old == SCTP_CLOSED && walk->state == SCTP_CLOSED)
			walk->unheeded = 1;
	} else if (*other != tag && ((*other && !*heard) || (*said && *heard))) {
		return 0;
	}
	*other = tag;
	return 1;
}

/* One chunk. Returns 0 if it makes the packet INVALID; what was noted until then stays noted. */
INLINE int heed(packet_context *ctx, volatile struct sctp_walk *walk, struct flow *flow)
{
	__u32 reply = walk->reply & 1, state;
	__u32 *own = &flow->sctp.vtag[reply], *other = &flow->sctp.vtag[reply ^ 1];
	__u8 *said = &flow->sctp.init[reply], *heard = &flow->sctp.init[reply ^ 1];
	int astray = walk->unheeded;

	walk->old = flow->sctp.state;
	walk->bit = chunk_bit(walk->type);
	if (!tag_fits(walk, flow, own, other))
		return 0;
	/* A HEARTBEAT of another association. */
	if (walk->type == CHUNK_HEARTBEAT && walk->unheeded != astray)
		return 1;
	if (walk->type == CHUNK_COOKIE_ACK)
		*said = *heard = 0;
	state = walk->old;
	walk->state = walk->bit & CHUNKS_MOVING ? sctp_next_state(walk->reply, state, walk->type) : state;
	if (walk->state >= SCTP_BAD)
		return 0;
	if ((walk->bit & (CHUNK(INIT) | CHUNK(INIT_ACK))) && !initiate(ctx, walk, walk->old, other, said, heard))
		return 0;
	flow->sctp.state = walk->state;
	if (walk->state == SCTP_ESTABLISHED && walk->old != SCTP_ESTABLISHED)
		flow->status |= FLOW_ASSURED;
	return 1;
}

/* Sysctls nf_conntrack_sctp_timeout_*, by state, and their defaults. */
INLINE __u64 sctp_timeout(packet_context *ctx, __u32 state)
{
	__u64 protocol = KOFF_IF_ANY(nf_ip_net, sctp);
	void *settings = conntrack_settings(ctx);
	__u32 timeout;

	if (settings && protocol != NO_FIELD) {
		char *timeouts = (char *)settings + KOFF_IF_ANY(netns_ct, nf_ct_proto) + protocol + KOFF_IF_ANY(nf_sctp_net, timeouts);

		/* No program may read there at an offset that it computes; this may. */
		if (probe_read_kernel(&timeout, sizeof(timeout), timeouts + state * 4) == 0)
			return timeout;
	}
	if (state == SCTP_CLOSED)
		return 10 * SECONDS;
	if (state == SCTP_ESTABLISHED)
		return 210 * SECONDS;
	return state == SCTP_HEARTBEAT_SENT ? 30 * SECONDS : 3 * SECONDS;
}

/* As track_tcp(): `flow` in the table or, if new, in the record; r->ct_direction set. Returns enum track_result. */
STAGE int track_sctp(struct __sk_buff *ctx, struct record *r, struct flow *flow, __u64 now)
{
	volatile struct sctp_walk *walk = (void *)r->scratch;
	struct sctp_header header;
	struct sctp_chunk chunk;
	struct rounds rounds;

	if (load_bytes(ctx, r->l4_offset, &header, sizeof(header)))
		return TRACK_INVALID;
	walk->at = r->l4_offset + sizeof(header);
	walk->end = r->l3_offset + r->length;
	walk->seen = 0;
	walk->tag = NTOHL(header.tag);
	walk->unheeded = walk->refused = 0;
	walk->reply = r->ct_direction;
	if (!survey(ctx, walk))
		return TRACK_INVALID;
	/* No state yet: a new flow. */
	if (flow->sctp.state == SCTP_NONE && !begin(walk, flow))
		return TRACK_INVALID;
	if (!(walk->seen & CHUNKS_OWN_TAG) && walk->tag != flow->sctp.vtag[walk->reply & 1])
		return TRACK_INVALID;
	walk->at = r->l4_offset + sizeof(header);
	walk->state = SCTP_NONE;
	rounds_begin(&rounds, CHUNKS_MOST);
	while (rounds_next(&rounds)) {
		if (!read_chunk(ctx, walk, &chunk))
			break;
		walk->type = chunk.type;
		walk->flags = chunk.flags;
		if (!heed(ctx, walk, flow)) {
			walk->refused = 1;
			break;
		}
		next_chunk(walk, &chunk);
	}
	rounds_end(&rounds);
	if (walk->refused)
		return TRACK_INVALID;
	if (!walk->unheeded)
		flow->expires = now + sctp_timeout(ctx, walk->state);
	return TRACK_FINE;
}
