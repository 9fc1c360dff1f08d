// SPDX-License-Identifier: MIT
// Consumer of a BPF_MAP_TYPE_RINGBUF: one page with the consumer position (ours to write), one with the producer's,
// then the data twice in a row, so that a record never wraps (kernel: kernel/bpf/ringbuf.c, documented in Documentation/bpf/ringbuf.rst).
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>

#include "arguments.h"
#include "bpf_syscall.h"
#include "exports.h"

namespace {

constexpr uint32_t kBusy = 1u << 31;
constexpr uint32_t kDiscard = 1u << 30;
constexpr uint32_t kHeader = 8;

struct RingBuffer {
	uint8_t *consumer = nullptr;  // one page
	uint8_t *producer = nullptr;  // one page, then the data twice
	size_t page = 0;
	size_t size = 0;
	~RingBuffer() {
		if (consumer) munmap(consumer, page);
		if (producer) munmap(producer, page + 2 * size);
	}
};

}  // namespace

// ringOpen(fd) -> handle; unmapped when collected
static Napi::Value RingOpen(const Napi::CallbackInfo &info) {
	int fd = ArgFd(info, 0, "fd");
	bpf::MapShape shape;
	if (!bpf::GetMapShape(fd, &shape)) throw ErrnoError(info.Env(), errno, "bpf(BPF_OBJ_GET_INFO_BY_FD)");
	if (shape.type != 27) throw Napi::TypeError::New(info.Env(), "fd: not a ring buffer");
	auto ring = std::make_unique<RingBuffer>();
	ring->page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
	ring->size = shape.max_entries;
	void *consumer = mmap(nullptr, ring->page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (consumer == MAP_FAILED) throw ErrnoError(info.Env(), errno, "mmap");
	ring->consumer = static_cast<uint8_t *>(consumer);
	void *producer = mmap(nullptr, ring->page + 2 * ring->size, PROT_READ, MAP_SHARED, fd, static_cast<off_t>(ring->page));
	if (producer == MAP_FAILED) throw ErrnoError(info.Env(), errno, "mmap");
	ring->producer = static_cast<uint8_t *>(producer);
	return Napi::External<RingBuffer>::New(info.Env(), ring.release(), [](Napi::Env, RingBuffer *done) { delete done; });
}

// ringDrain(handle, most) -> Uint8Array[]: the records that are ready, at most `most`, consumed
static Napi::Value RingDrain(const Napi::CallbackInfo &info) {
	if (info.Length() < 1 || !info[0].IsExternal()) throw Napi::TypeError::New(info.Env(), "handle: ring expected");
	RingBuffer *ring = info[0].As<Napi::External<RingBuffer>>().Data();
	uint32_t most = ArgU32(info, 1, "most");
	uint64_t *consumer_position = reinterpret_cast<uint64_t *>(ring->consumer);
	uint64_t position = __atomic_load_n(consumer_position, __ATOMIC_ACQUIRE);
	uint64_t end = __atomic_load_n(reinterpret_cast<uint64_t *>(ring->producer), __ATOMIC_ACQUIRE);
	const uint8_t *data = ring->producer + ring->page;
	Napi::Array records = Napi::Array::New(info.Env());
	uint32_t count = 0;
	while (position < end && count < most) {
		const uint8_t *record = data + (position & (ring->size - 1));
		uint32_t word = __atomic_load_n(reinterpret_cast<const uint32_t *>(record), __ATOMIC_ACQUIRE);
		if (word & kBusy) break;
		uint32_t length = word & ~(kBusy | kDiscard);
		if (length > ring->size - kHeader) throw ErrnoError(info.Env(), EBADMSG, "ring buffer");
		if (!(word & kDiscard)) records.Set(count++, Napi::Buffer<uint8_t>::Copy(info.Env(), record + kHeader, length));
		position += (static_cast<uint64_t>(length) + kHeader + 7) & ~7ull;
		__atomic_store_n(consumer_position, position, __ATOMIC_RELEASE);
	}
	return records;
}

void ExportRingBuffers(Napi::Env env, Napi::Object exports) {
	exports.Set("ringOpen", Napi::Function::New(env, RingOpen, "ringOpen"));
	exports.Set("ringDrain", Napi::Function::New(env, RingDrain, "ringDrain"));
}
