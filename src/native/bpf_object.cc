// SPDX-License-Identifier: MIT
// Programs and maps as kernel objects: ids, descriptors by id, information.
#include <cerrno>
#include <cstring>
#include <vector>

#include "arguments.h"
#include "bpf_syscall.h"
#include "exports.h"

// The head of struct bpf_prog_info, as far as it is read here.
struct ProgInfo {
	uint32_t type, id;
	uint8_t tag[8];
	uint32_t jited_prog_len, xlated_prog_len;
	uint64_t jited_prog_insns, xlated_prog_insns;
	uint64_t load_time;
	uint32_t created_by_uid, nr_map_ids;
	uint64_t map_ids;
	char name[16];
	uint32_t ifindex, flags;
	uint64_t netns_dev, netns_ino;
	uint32_t nr_jited_ksyms, nr_jited_func_lens;
	uint64_t jited_ksyms, jited_func_lens;
	uint32_t btf_id, func_info_rec_size;
	uint64_t func_info;
	uint32_t nr_func_info, nr_line_info;
	uint64_t line_info, jited_line_info;
	uint32_t nr_jited_line_info, line_info_rec_size, jited_line_info_rec_size, nr_prog_tags;
	uint64_t prog_tags, run_time_ns, run_cnt, recursion_misses;
	uint32_t verified_insns;
};

// The head of struct bpf_map_info.
struct MapInfo {
	uint32_t type, id, key_size, value_size, max_entries, map_flags;
	char name[16];
};

template <typename Info>
static void GetInfo(const Napi::CallbackInfo &info, int fd, Info *into) {
	bpf::InfoAttr attr = {static_cast<uint32_t>(fd), sizeof(*into), bpf::Pointer(into)};
	if (bpf::Call(bpf::kObjGetInfoByFd, &attr) < 0) throw ErrnoError(info.Env(), errno, "bpf(BPF_OBJ_GET_INFO_BY_FD)");
}

static Napi::Value FdById(const Napi::CallbackInfo &info, bpf::Command command, const char *name) {
	bpf::IdAttr attr = {ArgU32(info, 0, "id"), 0, 0};
	long fd = bpf::Call(command, &attr);
	if (fd < 0) throw ErrnoError(info.Env(), errno, name);
	return Napi::Number::New(info.Env(), static_cast<double>(fd));
}

static Napi::Value NextId(const Napi::CallbackInfo &info, bpf::Command command, const char *name) {
	bpf::IdAttr attr = {ArgU32(info, 0, "id"), 0, 0};
	if (bpf::Call(command, &attr) < 0) {
		if (errno == ENOENT) return info.Env().Undefined();
		throw ErrnoError(info.Env(), errno, name);
	}
	return Napi::Number::New(info.Env(), attr.next_id);
}

// progFdById(id) -> fd, mapFdById(id) -> fd; ENOENT when it is gone
static Napi::Value ProgFdById(const Napi::CallbackInfo &info) { return FdById(info, bpf::kProgGetFdById, "bpf(BPF_PROG_GET_FD_BY_ID)"); }
static Napi::Value MapFdById(const Napi::CallbackInfo &info) { return FdById(info, bpf::kMapGetFdById, "bpf(BPF_MAP_GET_FD_BY_ID)"); }

// progNextId(id) -> id | undefined, mapNextId(id): the next higher id in the whole machine; start from 0
static Napi::Value ProgNextId(const Napi::CallbackInfo &info) { return NextId(info, bpf::kProgGetNextId, "bpf(BPF_PROG_GET_NEXT_ID)"); }
static Napi::Value MapNextId(const Napi::CallbackInfo &info) { return NextId(info, bpf::kMapGetNextId, "bpf(BPF_MAP_GET_NEXT_ID)"); }

// progInfo(fd) -> {id, type, name, tag, loadTime, mapIds, insns, verifiedInsns, jitedBytes}; loadTime in ns since boot
static Napi::Value ProgInfoOf(const Napi::CallbackInfo &info) {
	int fd = ArgFd(info, 0, "fd");
	Napi::Env env = info.Env();
	ProgInfo prog = {};
	GetInfo(info, fd, &prog);
	std::vector<uint32_t> ids(prog.nr_map_ids);
	if (!ids.empty()) {
		uint32_t count = prog.nr_map_ids;
		memset(&prog, 0, sizeof(prog));
		prog.nr_map_ids = count;
		prog.map_ids = bpf::Pointer(ids.data());
		GetInfo(info, fd, &prog);
		ids.resize(std::min<size_t>(ids.size(), prog.nr_map_ids));
	}
	Napi::Array map_ids = Napi::Array::New(env, ids.size());
	for (size_t i = 0; i < ids.size(); i++) map_ids.Set(static_cast<uint32_t>(i), Napi::Number::New(env, ids[i]));
	Napi::Object result = Napi::Object::New(env);
	result.Set("id", Napi::Number::New(env, prog.id));
	result.Set("type", Napi::Number::New(env, prog.type));
	result.Set("name", Napi::String::New(env, prog.name, strnlen(prog.name, sizeof(prog.name))));
	result.Set("tag", Napi::Buffer<uint8_t>::Copy(env, prog.tag, sizeof(prog.tag)));
	result.Set("loadTime", Napi::BigInt::New(env, prog.load_time));
	result.Set("mapIds", map_ids);
	result.Set("insns", Napi::Number::New(env, prog.xlated_prog_len / 8));
	result.Set("verifiedInsns", Napi::Number::New(env, prog.verified_insns));
	result.Set("jitedBytes", Napi::Number::New(env, prog.jited_prog_len));
	return result;
}

// mapInfo(fd) -> {id, type, name, keySize, valueSize, maxEntries, flags}
static Napi::Value MapInfoOf(const Napi::CallbackInfo &info) {
	Napi::Env env = info.Env();
	MapInfo map = {};
	GetInfo(info, ArgFd(info, 0, "fd"), &map);
	Napi::Object result = Napi::Object::New(env);
	result.Set("id", Napi::Number::New(env, map.id));
	result.Set("type", Napi::Number::New(env, map.type));
	result.Set("name", Napi::String::New(env, map.name, strnlen(map.name, sizeof(map.name))));
	result.Set("keySize", Napi::Number::New(env, map.key_size));
	result.Set("valueSize", Napi::Number::New(env, map.value_size));
	result.Set("maxEntries", Napi::Number::New(env, map.max_entries));
	result.Set("flags", Napi::Number::New(env, map.map_flags));
	return result;
}

void ExportObjects(Napi::Env env, Napi::Object exports) {
	exports.Set("progFdById", Napi::Function::New(env, ProgFdById, "progFdById"));
	exports.Set("mapFdById", Napi::Function::New(env, MapFdById, "mapFdById"));
	exports.Set("progNextId", Napi::Function::New(env, ProgNextId, "progNextId"));
	exports.Set("mapNextId", Napi::Function::New(env, MapNextId, "mapNextId"));
	exports.Set("progInfo", Napi::Function::New(env, ProgInfoOf, "progInfo"));
	exports.Set("mapInfo", Napi::Function::New(env, MapInfoOf, "mapInfo"));
}
