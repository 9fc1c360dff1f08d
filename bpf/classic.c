/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* -m bpf: a classic BPF program that the kernel's checks let pass (src/extensions/bpf/program.ts), instruction by instruction. */
#include <linux/bpf_common.h>
#include <linux/filter.h>
#include "seen.h"
#include "rounds.h"

#define INSTRUCTIONS_MOST 64

struct classic_slot {
	struct sock_filter program[INSTRUCTIONS_MOST];
};

/* What the program knows. `a` and `x` in the record's scratch, so that the verifier does not follow them. */
struct classic_walk {
	__u32 a;
	__u32 x;
	__u32 next; /* instruction */
};

_Static_assert(sizeof(struct classic_walk) <= 3 * sizeof(__u64), "word 3 of the scratch is FORGET()'s");

enum { GOES_ON = 0, RETURNS_0 = 1 };

#define ETHERTYPE_IPV6 0x86dd
#define ASKS(what) ((__u32)(SKF_AD_OFF + (what)))

/* `size` bytes at an offset of 32 bits; negative ones count from the network header on, which is where the packet begins to a rule. */
INLINE long load_at(packet_context *ctx, struct record *r, __u32 offset, __u32 size, __u32 *number)
{
	if (offset >= (__u32)SKF_NET_OFF)
		offset -= (__u32)SKF_NET_OFF;
	return seen_number(ctx, r, offset, size, number);
}

INLINE __u32 size_of(__u32 code)
{
	return BPF_SIZE(code) == BPF_W ? 4 : BPF_SIZE(code) == BPF_H ? 2 : 1;
}

INLINE __u32 load_absolute(packet_context *ctx, struct record *r, volatile struct classic_walk *walk, __u32 code, __u32 k)
{
	__u32 number;

	if (k == ASKS(SKF_AD_PROTOCOL))
		number = r->family == FAMILY_INET6 ? ETHERTYPE_IPV6 : ETHERTYPE_IPV4;
	else if (k == ASKS(SKF_AD_MARK))
		number = r->mark;
	else if (k == ASKS(SKF_AD_ALU_XOR_X))
		number = walk->a ^ walk->x;
	else if (load_at(ctx, r, k, size_of(code), &number))
		return RETURNS_0;
	walk->a = number;
	return GOES_ON;
}

INLINE __u32 calculate(volatile struct classic_walk *walk, __u32 operation, __u32 operand)
{
	__u32 a = walk->a;

	if ((operation == BPF_DIV || operation == BPF_MOD) && operand == 0)
		return RETURNS_0;
	if (operation == BPF_ADD)
		a += operand;
	else if (operation == BPF_SUB)
		a -= operand;
	else if (operation == BPF_MUL)
		a *= operand;
	else if (operation == BPF_DIV)
		a /= operand;
	else if (operation == BPF_MOD)
		a %= operand;
	else if (operation == BPF_OR)
		a |= operand;
	else if (operation == BPF_AND)
		a &= operand;
	else if (operation == BPF_LSH)
		a <<= operand & 31;
	else if (operation == BPF_RSH)
		a >>= operand & 31;
	else if (operation == BPF_XOR)
		a ^= operand;
	else
		a = -a;
	walk->a = a;
	return GOES_ON;
}

INLINE int compares(__u32 a, __u32 operation, __u32 operand)
{
	if (operation == BPF_JEQ)
		return a == operand;
	if (operation == BPF_JGT)
		return a > operand;
	return operation == BPF_JGE ? a >= operand : (a & operand) != 0;
}

/* One load into A or X. */
INLINE __u32 load(packet_context *ctx, struct record *r, volatile struct classic_walk *walk, const __u32 memory[BPF_MEMWORDS], __u32 code, __u32 k)
{
	__u32 number, mode = BPF_MODE(code);

	if (mode == BPF_ABS)
		return load_absolute(ctx, r, walk, code, k);
	if (mode == BPF_IND || mode == BPF_MSH) {
		if (load_at(ctx, r, mode == BPF_IND ? walk->x + k : k, size_of(code), &number))
			return RETURNS_0;
		if (mode == BPF_MSH)
			number = (number & 15) * 4;
	} else {
		number = mode == BPF_IMM ? k : mode == BPF_LEN ? r->length : memory[k & (BPF_MEMWORDS - 1)];
	}
	if (BPF_CLASS(code) == BPF_LD)
		walk->a = number;
	else
		walk->x = number;
	return GOES_ON;
}

STAGE __u32 HERE(classic)(packet_context *ctx, struct record *r, struct classic_slot *slot)
{
	volatile struct classic_walk *walk = (void *)r->scratch;
	__u32 memory[BPF_MEMWORDS] = {}, answer = 0;
	struct rounds rounds;

	walk->a = 0;
	walk->x = 0;
	walk->next = 0;
	rounds_begin(&rounds, INSTRUCTIONS_MOST);
	while (rounds_next(&rounds)) {
		__u32 next = walk->next, code, k, kind, operand;

		if (next >= INSTRUCTIONS_MOST)
			break;
		code = slot->program[next].code;
		k = slot->program[next].k;
		kind = BPF_CLASS(code);
		operand = BPF_SRC(code) == BPF_X ? walk->x : k;
		walk->next = next + 1;
		if (kind == BPF_RET) {
			answer = (BPF_RVAL(code) == BPF_A ? walk->a : k) != 0;
			break;
		}
		if (kind == BPF_LD || kind == BPF_LDX) {
			if (load(ctx, r, walk, memory, code, k) != GOES_ON)
				break;
		} else if (kind == BPF_ST) {
			memory[k & (BPF_MEMWORDS - 1)] = walk->a;
		} else if (kind == BPF_STX) {
			memory[k & (BPF_MEMWORDS - 1)] = walk->x;
		} else if (kind == BPF_ALU) {
			if (calculate(walk, BPF_OP(code), operand) != GOES_ON)
				break;
		} else if (kind == BPF_MISC) {
			if (BPF_MISCOP(code) == BPF_TXA)
				walk->a = walk->x;
			else
				walk->x = walk->a;
		} else if (BPF_OP(code) == BPF_JA) {
			walk->next = next + 1 + k;
		} else {
			walk->next = next + 1 + (compares(walk->a, BPF_OP(code), operand) ? slot->program[next].jt : slot->program[next].jf);
		}
	}
	rounds_end(&rounds);
	return answer ? MATCH : MISS;
}
