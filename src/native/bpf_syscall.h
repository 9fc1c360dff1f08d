// SPDX-License-Identifier: MIT
// bpf(2) as this addon uses it: command numbers and attribute layouts of the kernel's ABI (include/uapi/linux/bpf.h).
// Stated here because the distribution's 6.1 headers do not know tcx.
#ifndef BPF_IPTABLES_BPF_SYSCALL_H
#define BPF_IPTABLES_BPF_SYSCALL_H

#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>

namespace bpf {

enum Command : int {
	kMapCreate = 0,
	kMapLookup = 1,
	kMapUpdate = 2,
	kMapDelete = 3,
	kMapGetNextKey = 4,
	kProgLoad = 5,
	kProgAttach = 8,
	kProgDetach = 9,
	kProgTestRun = 10,
	kProgGetNextId = 11,
	kMapGetNextId = 12,
	kProgGetFdById = 13,
	kMapGetFdById = 14,
	kObjGetInfoByFd = 15,
	kProgQuery = 16,
	kBtfLoad = 18,
	kMapFreeze = 22,
	kMapLookupBatch = 24,
	kMapUpdateBatch = 26,
	kProgBindMap = 35,
};

struct MapCreateAttr {
	uint32_t map_type, key_size, value_size, max_entries, map_flags, inner_map_fd, numa_node;
	char map_name[16];
};

struct MapElementAttr {
	uint32_t map_fd;
	uint32_t pad;
	uint64_t key;
	uint64_t value_or_next_key;
	uint64_t flags;
};

struct MapBatchAttr {
	uint64_t in_batch, out_batch, keys, values;
	uint32_t count, map_fd;
	uint64_t elem_flags, flags;
};

struct ProgLoadAttr {
	uint32_t prog_type, insn_cnt;
	uint64_t insns, license;
	uint32_t log_level, log_size;
	uint64_t log_buf;
	uint32_t kern_version, prog_flags;
	char prog_name[16];
	uint32_t prog_ifindex, expected_attach_type;
	uint32_t prog_btf_fd, func_info_rec_size;
	uint64_t func_info;
	uint32_t func_info_cnt, line_info_rec_size;
};

struct BtfLoadAttr {
	uint64_t btf, log_buf;
	uint32_t size, log_size, log_level;
};

struct AttachAttr {
	uint32_t target, attach_bpf_fd, attach_type, attach_flags, replace_bpf_fd, relative;
	uint64_t expected_revision;
};

struct QueryAttr {
	uint32_t target, attach_type, query_flags, attach_flags;
	uint64_t prog_ids;
	uint32_t count, pad;
	uint64_t prog_attach_flags, link_ids, link_attach_flags, revision;
};

struct TestRunAttr {
	uint32_t prog_fd, retval, data_size_in, data_size_out;
	uint64_t data_in, data_out;
	uint32_t repeat, duration, ctx_size_in, ctx_size_out;
	uint64_t ctx_in, ctx_out;
	uint32_t flags, cpu, batch_size, pad;
};

struct IdAttr {
	uint32_t id, next_id, open_flags;
};

struct InfoAttr {
	uint32_t bpf_fd, info_len;
	uint64_t info;
};

struct BindMapAttr {
	uint32_t prog_fd, map_fd, flags;
};

struct MapFdAttr {
	uint32_t map_fd;
};

// 0 or a descriptor on success, -1 with errno set.
template <typename Attr>
inline long Call(Command command, Attr *attr) {
	return syscall(__NR_bpf, static_cast<int>(command), attr, sizeof(*attr));
}

inline uint64_t Pointer(const void *pointer) { return reinterpret_cast<uint64_t>(pointer); }

// Bytes a map's value takes in user space: per-CPU maps give one 8-byte-rounded value per possible CPU; the caller's buffer must hold it.
// -1 with errno set where the descriptor is not a map's.
struct MapShape {
	uint32_t type, key_size, value_size, max_entries;
};
bool GetMapShape(int fd, MapShape *shape);
size_t UserValueSize(const MapShape &shape);

}  // namespace bpf

#endif
