// SPDX-License-Identifier: MIT
// Programs: load, attach to and detach from tcx, query, bind maps, run on test data.
#include <cerrno>
#include <cstring>
#include <vector>

#include "arguments.h"
#include "bpf_syscall.h"
#include "exports.h"

// The verifier gives up with EAGAIN whenever a signal is pending: it is asked again, a bounded number of times.
static long LoadPatiently(bpf::ProgLoadAttr *attr) {
	long fd = -1;
	for (int attempt = 0; attempt < 100; attempt++) {
		fd = bpf::Call(bpf::kProgLoad, attr);
		if (fd >= 0 || errno != EAGAIN) break;
	}
	return fd;
}

// btfLoad(types) -> fd: types of a program's functions
static Napi::Value BtfLoad(const Napi::CallbackInfo &info) {
	Bytes types = ArgBytesAtLeast(info, 0, "types", 24);
	bpf::BtfLoadAttr attr = {};
	attr.btf = bpf::Pointer(types.data);
	attr.size = static_cast<uint32_t>(types.length);
	long fd = bpf::Call(bpf::kBtfLoad, &attr);
	if (fd < 0) throw ErrnoError(info.Env(), errno, "bpf(BPF_BTF_LOAD)");
	return Napi::Number::New(info.Env(), static_cast<double>(fd));
}

// progLoad(type, expectedAttachType, insns, license, name, btfFd | undefined, functions | undefined) -> fd
// `functions`: struct bpf_func_info of each function, 8 bytes each, of types in `btfFd`.
// On failure loads again with a log, growing it while the kernel says ENOSPC; the error carries .log.
static Napi::Value ProgLoad(const Napi::CallbackInfo &info) {
	bpf::ProgLoadAttr attr = {};
	attr.prog_type = ArgU32(info, 0, "type");
	attr.expected_attach_type = ArgU32(info, 1, "expectedAttachType");
	Bytes insns = ArgBytes(info, 2, "insns");
	if (insns.length == 0 || insns.length % 8 != 0) throw Napi::RangeError::New(info.Env(), "insns: not a whole number of instructions");
	std::string license = ArgString(info, 3, "license", 127);
	std::string name = ArgString(info, 4, "name", 15);
	// The view may be unaligned; the kernel copies, so that is fine.
	attr.insn_cnt = static_cast<uint32_t>(insns.length / 8);
	attr.insns = bpf::Pointer(insns.data);
	attr.license = bpf::Pointer(license.c_str());
	memcpy(attr.prog_name, name.c_str(), name.size());
	Bytes functions = ArgOptionalBytes(info, 6, "functions");
	if (functions.data) {
		if (functions.length == 0 || functions.length % 8 != 0) throw Napi::RangeError::New(info.Env(), "functions: not a whole number of records");
		attr.prog_btf_fd = static_cast<uint32_t>(ArgFd(info, 5, "btfFd"));
		attr.func_info_rec_size = 8;
		attr.func_info = bpf::Pointer(functions.data);
		attr.func_info_cnt = static_cast<uint32_t>(functions.length / 8);
	}
	long fd = LoadPatiently(&attr);
	if (fd >= 0) return Napi::Number::New(info.Env(), static_cast<double>(fd));

	int error = errno;
	std::vector<char> log;
	for (size_t size = 1u << 18; size <= 1u << 26; size <<= 4) {
		log.assign(size, '\0');
		attr.log_level = 1;
		attr.log_size = static_cast<uint32_t>(size);
		attr.log_buf = bpf::Pointer(log.data());
		fd = LoadPatiently(&attr);
		if (fd >= 0) return Napi::Number::New(info.Env(), static_cast<double>(fd));
		if (errno != ENOSPC) break;
	}
	Napi::Error failure = ErrnoError(info.Env(), error, "bpf(BPF_PROG_LOAD)");
	failure.Set("log", Napi::String::New(info.Env(), std::string(log.data(), strnlen(log.data(), log.size()))));
	throw failure;
}

// progAttach(progFd, ifindex, attachType, flags, relative, expectedRevision): relative is an id with BPF_F_ID in flags, else an fd.
static Napi::Value ProgAttach(const Napi::CallbackInfo &info) {
	bpf::AttachAttr attr = {};
	attr.attach_bpf_fd = static_cast<uint32_t>(ArgFd(info, 0, "progFd"));
	attr.target = ArgU32(info, 1, "ifindex");
	attr.attach_type = ArgU32(info, 2, "attachType");
	attr.attach_flags = ArgU32(info, 3, "flags");
	attr.relative = ArgU32(info, 4, "relative");
	attr.expected_revision = ArgU64(info, 5, "expectedRevision");
	if (bpf::Call(bpf::kProgAttach, &attr) < 0) throw ErrnoError(info.Env(), errno, "bpf(BPF_PROG_ATTACH)");
	return info.Env().Undefined();
}

// progReplace(progFd, ifindex, attachType, replacedFd): the new one takes the old one's place in the list
static Napi::Value ProgReplace(const Napi::CallbackInfo &info) {
	bpf::AttachAttr attr = {};
	attr.attach_bpf_fd = static_cast<uint32_t>(ArgFd(info, 0, "progFd"));
	attr.target = ArgU32(info, 1, "ifindex");
	attr.attach_type = ArgU32(info, 2, "attachType");
	attr.attach_flags = 1u << 2;  // BPF_F_REPLACE
	attr.replace_bpf_fd = static_cast<uint32_t>(ArgFd(info, 3, "replacedFd"));
	if (bpf::Call(bpf::kProgAttach, &attr) < 0) throw ErrnoError(info.Env(), errno, "bpf(BPF_PROG_ATTACH)");
	return info.Env().Undefined();
}

// progDetach(progFd, ifindex, attachType)
static Napi::Value ProgDetach(const Napi::CallbackInfo &info) {
	bpf::AttachAttr attr = {};
	attr.attach_bpf_fd = static_cast<uint32_t>(ArgFd(info, 0, "progFd"));
	attr.target = ArgU32(info, 1, "ifindex");
	attr.attach_type = ArgU32(info, 2, "attachType");
	if (bpf::Call(bpf::kProgDetach, &attr) < 0) throw ErrnoError(info.Env(), errno, "bpf(BPF_PROG_DETACH)");
	return info.Env().Undefined();
}

// progQuery(ifindex, attachType) -> {revision, ids: number[]} in the order they run
static Napi::Value ProgQuery(const Napi::CallbackInfo &info) {
	uint32_t ids[64] = {};
	bpf::QueryAttr attr = {};
	attr.target = ArgU32(info, 0, "ifindex");
	attr.attach_type = ArgU32(info, 1, "attachType");
	attr.prog_ids = bpf::Pointer(ids);
	attr.count = 64;  // BPF_MPROG_MAX
	Napi::Object result = Napi::Object::New(info.Env());
	Napi::Array list = Napi::Array::New(info.Env());
	if (bpf::Call(bpf::kProgQuery, &attr) < 0) {
		// ENOENT: nothing was ever attached here.
		if (errno != ENOENT) throw ErrnoError(info.Env(), errno, "bpf(BPF_PROG_QUERY)");
		attr.count = 0;
		attr.revision = 0;
	}
	for (uint32_t i = 0; i < attr.count; i++) list.Set(i, Napi::Number::New(info.Env(), ids[i]));
	result.Set("revision", Napi::BigInt::New(info.Env(), attr.revision));
	result.Set("ids", list);
	return result;
}

// progBindMap(progFd, mapFd): the map lives as long as the program
static Napi::Value ProgBindMap(const Napi::CallbackInfo &info) {
	bpf::BindMapAttr attr = {static_cast<uint32_t>(ArgFd(info, 0, "progFd")), static_cast<uint32_t>(ArgFd(info, 1, "mapFd")), 0};
	if (bpf::Call(bpf::kProgBindMap, &attr) < 0) throw ErrnoError(info.Env(), errno, "bpf(BPF_PROG_BIND_MAP)");
	return info.Env().Undefined();
}

// progTestRun(progFd, data, ctx | undefined, repeat, ctxOutSize) -> {retval, duration, data, ctx}; duration in ns, mean of the repeats.
// An xdp or tc program gets `data` as its frame; a netfilter one its layer-3 packet (behind 14 bytes).
static Napi::Value ProgTestRun(const Napi::CallbackInfo &info) {
	Bytes data = ArgBytes(info, 1, "data");
	Bytes ctx = ArgOptionalBytes(info, 2, "ctx");
	uint32_t repeat = ArgU32(info, 3, "repeat");
	uint32_t ctx_out_size = ArgU32(info, 4, "ctxOutSize");
	if (data.length > 1u << 17 || ctx.length > 4096 || ctx_out_size > 4096) throw Napi::RangeError::New(info.Env(), "data or ctx: too long");
	// Room for a program that grows the packet; the kernel says ENOSPC when even that is too little.
	std::vector<uint8_t> out(data.length + 4096), ctx_out(ctx_out_size);
	bpf::TestRunAttr attr = {};
	attr.prog_fd = static_cast<uint32_t>(ArgFd(info, 0, "progFd"));
	attr.data_in = bpf::Pointer(data.data);
	attr.data_size_in = static_cast<uint32_t>(data.length);
	attr.data_out = bpf::Pointer(out.data());
	attr.data_size_out = static_cast<uint32_t>(out.size());
	attr.repeat = repeat;
	if (ctx.data) {
		attr.ctx_in = bpf::Pointer(ctx.data);
		attr.ctx_size_in = static_cast<uint32_t>(ctx.length);
	}
	if (ctx_out_size) {
		attr.ctx_out = bpf::Pointer(ctx_out.data());
		attr.ctx_size_out = ctx_out_size;
	}
	long rc = bpf::Call(bpf::kProgTestRun, &attr);
	if (rc < 0 && (errno == EINVAL)) {
		// Netfilter programs take neither data_out nor ctx_out.
		attr.data_out = 0;
		attr.data_size_out = 0;
		attr.ctx_out = 0;
		attr.ctx_size_out = 0;
		rc = bpf::Call(bpf::kProgTestRun, &attr);
	}
	if (rc < 0) throw ErrnoError(info.Env(), errno, "bpf(BPF_PROG_TEST_RUN)");
	Napi::Object result = Napi::Object::New(info.Env());
	result.Set("retval", Napi::Number::New(info.Env(), attr.retval));
	result.Set("duration", Napi::Number::New(info.Env(), attr.duration));
	result.Set("data", Napi::Buffer<uint8_t>::Copy(info.Env(), out.data(), attr.data_out ? std::min<size_t>(attr.data_size_out, out.size()) : 0));
	result.Set("ctx", Napi::Buffer<uint8_t>::Copy(info.Env(), ctx_out.data(), attr.ctx_out ? std::min<size_t>(attr.ctx_size_out, ctx_out.size()) : 0));
	return result;
}

// progSendFrames(progFd, frame, count, batch): an XDP program decides where `count` real copies of the frame go (BPF_F_TEST_XDP_LIVE_FRAMES),
// `batch` (1-256) at a time -> ns a frame, the frames' making not counted
static Napi::Value ProgSendFrames(const Napi::CallbackInfo &info) {
	Bytes frame = ArgBytesAtLeast(info, 1, "frame", 14);
	if (frame.length > 1514) throw Napi::RangeError::New(info.Env(), "frame: too long");
	bpf::TestRunAttr attr = {};
	attr.prog_fd = static_cast<uint32_t>(ArgFd(info, 0, "progFd"));
	attr.data_in = bpf::Pointer(frame.data);
	attr.data_size_in = static_cast<uint32_t>(frame.length);
	attr.repeat = ArgU32(info, 2, "count");
	attr.batch_size = ArgU32(info, 3, "batch");
	attr.flags = 1u << 1;  // BPF_F_TEST_XDP_LIVE_FRAMES
	if (bpf::Call(bpf::kProgTestRun, &attr) < 0) throw ErrnoError(info.Env(), errno, "bpf(BPF_PROG_TEST_RUN)");
	return Napi::Number::New(info.Env(), attr.duration);
}

void ExportPrograms(Napi::Env env, Napi::Object exports) {
	exports.Set("btfLoad", Napi::Function::New(env, BtfLoad, "btfLoad"));
	exports.Set("progLoad", Napi::Function::New(env, ProgLoad, "progLoad"));
	exports.Set("progAttach", Napi::Function::New(env, ProgAttach, "progAttach"));
	exports.Set("progReplace", Napi::Function::New(env, ProgReplace, "progReplace"));
	exports.Set("progDetach", Napi::Function::New(env, ProgDetach, "progDetach"));
	exports.Set("progQuery", Napi::Function::New(env, ProgQuery, "progQuery"));
	exports.Set("progBindMap", Napi::Function::New(env, ProgBindMap, "progBindMap"));
	exports.Set("progSendFrames", Napi::Function::New(env, ProgSendFrames, "progSendFrames"));
	exports.Set("progTestRun", Napi::Function::New(env, ProgTestRun, "progTestRun"));
}
