// SPDX-License-Identifier: MIT
// Maps: create, element operations, batch lookup, freeze, and single words through mmap.
#include <fcntl.h>
#include <sys/mman.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <vector>

#include "arguments.h"
#include "bpf_syscall.h"
#include "exports.h"

namespace bpf {

bool GetMapShape(int fd, MapShape *shape) {
	// struct bpf_map_info begins {type, id, key_size, value_size, max_entries}.
	uint32_t info[8] = {};
	InfoAttr attr = {};
	attr.bpf_fd = static_cast<uint32_t>(fd);
	attr.info_len = sizeof(info);
	attr.info = Pointer(info);
	if (Call(kObjGetInfoByFd, &attr) < 0) return false;
	*shape = {info[0], info[2], info[3], info[4]};
	return true;
}

// Highest possible CPU number plus one (the kernel's num_possible_cpus() where ids are dense, as in practice).
static size_t PossibleCpus() {
	static size_t cpus = [] {
		std::ifstream file("/sys/devices/system/cpu/possible");
		std::string text;
		std::getline(file, text);
		size_t last = text.find_last_of(",-");
		return static_cast<size_t>(std::strtoul(text.c_str() + (last == std::string::npos ? 0 : last + 1), nullptr, 10)) + 1;
	}();
	return cpus;
}

size_t UserValueSize(const MapShape &shape) {
	// PERCPU_HASH 5, PERCPU_ARRAY 6, LRU_PERCPU_HASH 10
	bool per_cpu = shape.type == 5 || shape.type == 6 || shape.type == 10;
	return per_cpu ? ((static_cast<size_t>(shape.value_size) + 7) & ~static_cast<size_t>(7)) * PossibleCpus() : shape.value_size;
}

}  // namespace bpf

static bpf::MapShape ShapeOf(const Napi::CallbackInfo &info, int fd) {
	bpf::MapShape shape;
	if (!bpf::GetMapShape(fd, &shape)) throw ErrnoError(info.Env(), errno, "bpf(BPF_OBJ_GET_INFO_BY_FD)");
	return shape;
}

// mapCreate(type, keySize, valueSize, maxEntries, flags, name) -> fd
static Napi::Value MapCreate(const Napi::CallbackInfo &info) {
	bpf::MapCreateAttr attr = {};
	attr.map_type = ArgU32(info, 0, "type");
	attr.key_size = ArgU32(info, 1, "keySize");
	attr.value_size = ArgU32(info, 2, "valueSize");
	attr.max_entries = ArgU32(info, 3, "maxEntries");
	attr.map_flags = ArgU32(info, 4, "flags");
	std::string name = ArgString(info, 5, "name", 15);
	memcpy(attr.map_name, name.c_str(), name.size());
	long fd = bpf::Call(bpf::kMapCreate, &attr);
	if (fd < 0) throw ErrnoError(info.Env(), errno, "bpf(BPF_MAP_CREATE)");
	return Napi::Number::New(info.Env(), static_cast<double>(fd));
}

// mapLookup(fd, key) -> Uint8Array | undefined
static Napi::Value MapLookup(const Napi::CallbackInfo &info) {
	int fd = ArgFd(info, 0, "fd");
	bpf::MapShape shape = ShapeOf(info, fd);
	Bytes key = ArgBytesAtLeast(info, 1, "key", shape.key_size);
	Napi::Uint8Array value = Napi::Uint8Array::New(info.Env(), bpf::UserValueSize(shape));
	bpf::MapElementAttr attr = {static_cast<uint32_t>(fd), 0, bpf::Pointer(key.data), bpf::Pointer(value.Data()), 0};
	if (bpf::Call(bpf::kMapLookup, &attr) < 0) {
		if (errno == ENOENT) return info.Env().Undefined();
		throw ErrnoError(info.Env(), errno, "bpf(BPF_MAP_LOOKUP_ELEM)");
	}
	return value;
}

// mapUpdate(fd, key, value, flags)
static Napi::Value MapUpdate(const Napi::CallbackInfo &info) {
	int fd = ArgFd(info, 0, "fd");
	bpf::MapShape shape = ShapeOf(info, fd);
	Bytes key = ArgBytesAtLeast(info, 1, "key", shape.key_size);
	Bytes value = ArgBytesAtLeast(info, 2, "value", bpf::UserValueSize(shape));
	bpf::MapElementAttr attr = {static_cast<uint32_t>(fd), 0, bpf::Pointer(key.data), bpf::Pointer(value.data), ArgU32(info, 3, "flags")};
	if (bpf::Call(bpf::kMapUpdate, &attr) < 0) throw ErrnoError(info.Env(), errno, "bpf(BPF_MAP_UPDATE_ELEM)");
	return info.Env().Undefined();
}

// mapDelete(fd, key) -> whether it was there
static Napi::Value MapDelete(const Napi::CallbackInfo &info) {
	int fd = ArgFd(info, 0, "fd");
	Bytes key = ArgBytesAtLeast(info, 1, "key", ShapeOf(info, fd).key_size);
	bpf::MapElementAttr attr = {static_cast<uint32_t>(fd), 0, bpf::Pointer(key.data), 0, 0};
	if (bpf::Call(bpf::kMapDelete, &attr) < 0) {
		if (errno == ENOENT) return Napi::Boolean::New(info.Env(), false);
		throw ErrnoError(info.Env(), errno, "bpf(BPF_MAP_DELETE_ELEM)");
	}
	return Napi::Boolean::New(info.Env(), true);
}

// mapNextKey(fd, key | undefined) -> Uint8Array | undefined
static Napi::Value MapNextKey(const Napi::CallbackInfo &info) {
	int fd = ArgFd(info, 0, "fd");
	bpf::MapShape shape = ShapeOf(info, fd);
	Bytes key = ArgOptionalBytes(info, 1, "key");
	if (key.data && key.length < shape.key_size) throw Napi::TypeError::New(info.Env(), "key: too short");
	Napi::Uint8Array next = Napi::Uint8Array::New(info.Env(), shape.key_size);
	bpf::MapElementAttr attr = {static_cast<uint32_t>(fd), 0, bpf::Pointer(key.data), bpf::Pointer(next.Data()), 0};
	if (bpf::Call(bpf::kMapGetNextKey, &attr) < 0) {
		if (errno == ENOENT) return info.Env().Undefined();
		throw ErrnoError(info.Env(), errno, "bpf(BPF_MAP_GET_NEXT_KEY)");
	}
	return next;
}

// mapLookupBatch(fd, most, after) -> {count, keys, values}: up to `most` elements from the start of the map, or of an array behind the key
// `after`, keys and values back to back.
static Napi::Value MapLookupBatch(const Napi::CallbackInfo &info) {
	int fd = ArgFd(info, 0, "fd");
	uint32_t most = ArgU32(info, 1, "most");
	bpf::MapShape shape = ShapeOf(info, fd);
	size_t value_size = bpf::UserValueSize(shape);
	if (most > 1u << 24 || static_cast<uint64_t>(most) * (value_size + shape.key_size) > 1ull << 30) throw Napi::RangeError::New(info.Env(), "most: too many");
	Bytes after = ArgOptionalBytes(info, 2, "after");
	if (after.data && after.length < shape.key_size) throw Napi::TypeError::New(info.Env(), "after: too short");
	Napi::Uint8Array keys = Napi::Uint8Array::New(info.Env(), static_cast<size_t>(most) * shape.key_size);
	Napi::Uint8Array values = Napi::Uint8Array::New(info.Env(), static_cast<size_t>(most) * value_size);
	// The cursor is a bucket number or a key; the kernel writes at most max(4, key_size) bytes.
	std::vector<uint8_t> cursor(shape.key_size + 8);
	bpf::MapBatchAttr attr = {};
	attr.in_batch = bpf::Pointer(after.data);
	attr.out_batch = bpf::Pointer(cursor.data());
	attr.keys = bpf::Pointer(keys.Data());
	attr.values = bpf::Pointer(values.Data());
	attr.count = most;
	attr.map_fd = static_cast<uint32_t>(fd);
	if (bpf::Call(bpf::kMapLookupBatch, &attr) < 0 && errno != ENOENT) throw ErrnoError(info.Env(), errno, "bpf(BPF_MAP_LOOKUP_BATCH)");
	Napi::Object result = Napi::Object::New(info.Env());
	result.Set("count", Napi::Number::New(info.Env(), attr.count));
	result.Set("keys", keys);
	result.Set("values", values);
	return result;
}

// mapFreeze(fd): no more writes from user space
static Napi::Value MapFreeze(const Napi::CallbackInfo &info) {
	bpf::MapFdAttr attr = {static_cast<uint32_t>(ArgFd(info, 0, "fd"))};
	if (bpf::Call(bpf::kMapFreeze, &attr) < 0) throw ErrnoError(info.Env(), errno, "bpf(BPF_MAP_FREEZE)");
	return info.Env().Undefined();
}

// Maps one word of an mmapable one-element array, applies `use` to it and unmaps.
template <typename Use>
static void WithWord(const Napi::CallbackInfo &info, int protection, Use use) {
	int fd = ArgFd(info, 0, "fd");
	uint32_t offset = ArgU32(info, 1, "offset");
	bpf::MapShape shape = ShapeOf(info, fd);
	if (offset % 8 != 0 || static_cast<uint64_t>(offset) + 8 > shape.value_size) throw Napi::RangeError::New(info.Env(), "offset: outside the value or not a multiple of 8");
	size_t length = (static_cast<size_t>(offset) + 8 + 4095) & ~static_cast<size_t>(4095);
	void *base = mmap(nullptr, length, protection, MAP_SHARED, fd, 0);
	if (base == MAP_FAILED) throw ErrnoError(info.Env(), errno, "mmap");
	use(reinterpret_cast<uint64_t *>(static_cast<uint8_t *>(base) + offset));
	munmap(base, length);
}

// mapLoadWord(fd, offset) -> bigint: one atomic 64-bit load
static Napi::Value MapLoadWord(const Napi::CallbackInfo &info) {
	uint64_t value = 0;
	WithWord(info, PROT_READ, [&](uint64_t *word) { value = __atomic_load_n(word, __ATOMIC_SEQ_CST); });
	return Napi::BigInt::New(info.Env(), value);
}

// mapStoreWord(fd, offset, value): one atomic 64-bit store
static Napi::Value MapStoreWord(const Napi::CallbackInfo &info) {
	uint64_t value = ArgU64(info, 2, "value");
	WithWord(info, PROT_READ | PROT_WRITE, [&](uint64_t *word) { __atomic_store_n(word, value, __ATOMIC_SEQ_CST); });
	return info.Env().Undefined();
}

void ExportMaps(Napi::Env env, Napi::Object exports) {
	exports.Set("mapCreate", Napi::Function::New(env, MapCreate, "mapCreate"));
	exports.Set("mapLookup", Napi::Function::New(env, MapLookup, "mapLookup"));
	exports.Set("mapUpdate", Napi::Function::New(env, MapUpdate, "mapUpdate"));
	exports.Set("mapDelete", Napi::Function::New(env, MapDelete, "mapDelete"));
	exports.Set("mapNextKey", Napi::Function::New(env, MapNextKey, "mapNextKey"));
	exports.Set("mapLookupBatch", Napi::Function::New(env, MapLookupBatch, "mapLookupBatch"));
	exports.Set("mapFreeze", Napi::Function::New(env, MapFreeze, "mapFreeze"));
	exports.Set("mapLoadWord", Napi::Function::New(env, MapLoadWord, "mapLoadWord"));
	exports.Set("mapStoreWord", Napi::Function::New(env, MapStoreWord, "mapStoreWord"));
}
