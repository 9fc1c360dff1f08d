// SPDX-License-Identifier: MIT
// Small system calls: file locks, namespaces, clock, memory barrier.
#include <fcntl.h>
#include <linux/membarrier.h>
#include <sched.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <future>

#include "arguments.h"
#include "exports.h"

#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71
#endif

// closeFd(fd)
static Napi::Value CloseFd(const Napi::CallbackInfo &info) {
	if (close(ArgFd(info, 0, "fd")) < 0) throw ErrnoError(info.Env(), errno, "close");
	return info.Env().Undefined();
}

// openLockFile(path) -> fd; made with mode 0600 where it is not there
static Napi::Value OpenLockFile(const Napi::CallbackInfo &info) {
	std::string path = ArgString(info, 0, "path", 4095);
	int fd = open(path.c_str(), O_CREAT | O_RDONLY | O_CLOEXEC, 0600);
	if (fd < 0) throw ErrnoError(info.Env(), errno, "open");
	return Napi::Number::New(info.Env(), fd);
}

// lockExclusive(fd, wait) -> whether it was got; without wait returns at once, with it blocks until the lock is ours
static Napi::Value LockExclusive(const Napi::CallbackInfo &info) {
	int fd = ArgFd(info, 0, "fd");
	if (!info[1].IsBoolean()) throw Napi::TypeError::New(info.Env(), "wait: boolean expected");
	bool wait = info[1].As<Napi::Boolean>().Value();
	for (;;) {
		if (flock(fd, wait ? LOCK_EX : LOCK_EX | LOCK_NB) == 0) return Napi::Boolean::New(info.Env(), true);
		if (errno == EWOULDBLOCK) return Napi::Boolean::New(info.Env(), false);
		if (errno != EINTR) throw ErrnoError(info.Env(), errno, "flock");
	}
}

// sleepMilliseconds(n): blocks the thread
static Napi::Value SleepMilliseconds(const Napi::CallbackInfo &info) {
	uint32_t milliseconds = ArgU32(info, 0, "milliseconds");
	timespec left = {static_cast<time_t>(milliseconds / 1000), static_cast<long>(milliseconds % 1000) * 1000000L};
	while (nanosleep(&left, &left) < 0 && errno == EINTR) {
	}
	return info.Env().Undefined();
}

// monotonicNow() -> CLOCK_MONOTONIC in ns, what bpf_ktime_get_ns() gives
static Napi::Value MonotonicNow(const Napi::CallbackInfo &info) {
	timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	uint64_t nanoseconds = static_cast<uint64_t>(now.tv_sec) * 1000000000u + static_cast<uint64_t>(now.tv_nsec);
	return Napi::BigInt::New(info.Env(), nanoseconds);
}

// tickNanoseconds() -> ns between two ticks of the kernel, 1 s / HZ: the resolution of its coarse clock
static Napi::Value TickNanoseconds(const Napi::CallbackInfo &info) {
	timespec tick;
	if (clock_getres(CLOCK_MONOTONIC_COARSE, &tick) < 0) throw ErrnoError(info.Env(), errno, "clock_getres");
	return Napi::Number::New(info.Env(), static_cast<double>(tick.tv_sec) * 1e9 + static_cast<double>(tick.tv_nsec));
}

// realTimeOffset() -> how far CLOCK_TAI is ahead of CLOCK_REALTIME, in seconds
static Napi::Value RealTimeOffset(const Napi::CallbackInfo &info) {
	timex state = {};
	if (adjtimex(&state) < 0) throw ErrnoError(info.Env(), errno, "adjtimex");
	return Napi::Number::New(info.Env(), state.tai);
}

// minutesWest() -> the kernel's time zone (libc's gettimeofday leaves it out)
static Napi::Value MinutesWest(const Napi::CallbackInfo &info) {
	struct timezone zone = {};
	if (syscall(__NR_gettimeofday, nullptr, &zone) < 0) throw ErrnoError(info.Env(), errno, "gettimeofday");
	return Napi::Number::New(info.Env(), zone.tz_minuteswest);
}

// The barrier under way: errno, 0 when it went well.
static std::future<int> barrier;

// membarrierBegin(): begins to wait, beside the calling thread, until every program running now has ended. A wait that nobody ended is ended first.
static Napi::Value MembarrierBegin(const Napi::CallbackInfo &info) {
	barrier = std::async(std::launch::async, [] { return syscall(__NR_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0) < 0 ? errno : 0; });
	return info.Env().Undefined();
}

// membarrierEnd(): returns when what was begun is done, so that every program that ran at the beginning has ended
static Napi::Value MembarrierEnd(const Napi::CallbackInfo &info) {
	if (!barrier.valid()) throw Napi::Error::New(info.Env(), "membarrierEnd: none was begun");
	int error = barrier.get();
	if (error != 0) throw ErrnoError(info.Env(), error, "membarrier");
	return info.Env().Undefined();
}

// setNetworkNamespace(fd): moves the calling thread only
static Napi::Value SetNetworkNamespace(const Napi::CallbackInfo &info) {
	if (setns(ArgFd(info, 0, "fd"), CLONE_NEWNET) < 0) throw ErrnoError(info.Env(), errno, "setns");
	return info.Env().Undefined();
}

// unshareNetwork(): the calling thread gets a network namespace of its own
static Napi::Value UnshareNetwork(const Napi::CallbackInfo &info) {
	if (unshare(CLONE_NEWNET) < 0) throw ErrnoError(info.Env(), errno, "unshare");
	return info.Env().Undefined();
}

// networkNamespaceCookie() -> bigint, unique for this boot
static Napi::Value NetworkNamespaceCookie(const Napi::CallbackInfo &info) {
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0) throw ErrnoError(info.Env(), errno, "socket");
	uint64_t cookie = 0;
	socklen_t length = sizeof(cookie);
	int rc = getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &length);
	int error = errno;
	close(fd);
	if (rc < 0) throw ErrnoError(info.Env(), error, "getsockopt(SO_NETNS_COOKIE)");
	return Napi::BigInt::New(info.Env(), cookie);
}

void ExportSystem(Napi::Env env, Napi::Object exports) {
	exports.Set("closeFd", Napi::Function::New(env, CloseFd, "closeFd"));
	exports.Set("openLockFile", Napi::Function::New(env, OpenLockFile, "openLockFile"));
	exports.Set("lockExclusive", Napi::Function::New(env, LockExclusive, "lockExclusive"));
	exports.Set("sleepMilliseconds", Napi::Function::New(env, SleepMilliseconds, "sleepMilliseconds"));
	exports.Set("monotonicNow", Napi::Function::New(env, MonotonicNow, "monotonicNow"));
	exports.Set("realTimeOffset", Napi::Function::New(env, RealTimeOffset, "realTimeOffset"));
	exports.Set("minutesWest", Napi::Function::New(env, MinutesWest, "minutesWest"));
	exports.Set("tickNanoseconds", Napi::Function::New(env, TickNanoseconds, "tickNanoseconds"));
	exports.Set("membarrierBegin", Napi::Function::New(env, MembarrierBegin, "membarrierBegin"));
	exports.Set("membarrierEnd", Napi::Function::New(env, MembarrierEnd, "membarrierEnd"));
	exports.Set("setNetworkNamespace", Napi::Function::New(env, SetNetworkNamespace, "setNetworkNamespace"));
	exports.Set("unshareNetwork", Napi::Function::New(env, UnshareNetwork, "unshareNetwork"));
	exports.Set("networkNamespaceCookie", Napi::Function::New(env, NetworkNamespaceCookie, "networkNamespaceCookie"));
}
