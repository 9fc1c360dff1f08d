// SPDX-License-Identifier: MIT
// Raw IP sockets: for the test harness whole packets as the host's own and copies of what was delivered to the host; for all, their options.
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "arguments.h"
#include "exports.h"

// rawOpen(protocol, version = 4) -> non-blocking fd of the current network namespace, of IPv4 or IPv6 (6); 255 (IPPROTO_RAW) only sends, headers included; others receive that protocol
static Napi::Value RawOpen(const Napi::CallbackInfo &info) {
	uint32_t protocol = ArgU32(info, 0, "protocol");
	if (protocol > 255) throw Napi::RangeError::New(info.Env(), "protocol: too large");
	uint32_t version = info[1].IsUndefined() ? 4 : ArgU32(info, 1, "version");
	if (version != 4 && version != 6) throw Napi::RangeError::New(info.Env(), "version: 4 or 6");
	int fd = socket(version == 6 ? AF_INET6 : AF_INET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, static_cast<int>(protocol));
	if (fd < 0) throw ErrnoError(info.Env(), errno, "socket(SOCK_RAW)");
	int on = 1;
	int size = 32 << 20;
	setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size));
	return Napi::Number::New(info.Env(), fd);
}

// rawSend(fd, packet) -> 0, or the errno of a refusal (EPERM where OUTPUT drops): refusals are ordinary here. The packet starts with its IP header.
static Napi::Value RawSend(const Napi::CallbackInfo &info) {
	Bytes packet = ArgBytesAtLeast(info, 1, "packet", 20);
	sockaddr_in to = {};
	sockaddr_in6 to6 = {};
	bool six = packet.data[0] >> 4 == 6 && packet.length >= 40;
	to.sin_family = AF_INET;
	memcpy(&to.sin_addr, packet.data + 16, 4);
	to6.sin6_family = AF_INET6;
	if (six) memcpy(&to6.sin6_addr, packet.data + 24, 16);
	const sockaddr *address = six ? reinterpret_cast<sockaddr *>(&to6) : reinterpret_cast<sockaddr *>(&to);
	ssize_t sent = sendto(ArgFd(info, 0, "fd"), packet.data, packet.length, 0, address, six ? sizeof(to6) : sizeof(to));
	return Napi::Number::New(info.Env(), sent < 0 ? errno : 0);
}

// rawReceive(fd) -> packet from its IPv4 header on, or undefined when there is none
static Napi::Value RawReceive(const Napi::CallbackInfo &info) {
	static uint8_t buffer[1 << 17];
	ssize_t got = recv(ArgFd(info, 0, "fd"), buffer, sizeof(buffer), MSG_DONTWAIT);
	if (got < 0) {
		if (errno == EAGAIN || errno == EINTR) return info.Env().Undefined();
		throw ErrnoError(info.Env(), errno, "recv");
	}
	return Napi::Buffer<uint8_t>::Copy(info.Env(), buffer, static_cast<size_t>(got));
}

// socketOption(fd, level, option, value) -> Uint8Array: getsockopt(2). `value` is what the kernel is asked with and, by its length, the room for the
// answer; it is left as it was.
static Napi::Value SocketOption(const Napi::CallbackInfo &info) {
	Bytes value = ArgBytes(info, 3, "value");
	if (value.length > (64u << 20)) throw Napi::RangeError::New(info.Env(), "value: too large");
	std::vector<uint8_t> buffer(value.data, value.data + value.length);
	socklen_t length = static_cast<socklen_t>(buffer.size());
	if (getsockopt(ArgFd(info, 0, "fd"), static_cast<int>(ArgU32(info, 1, "level")), static_cast<int>(ArgU32(info, 2, "option")), buffer.data(), &length) < 0) throw ErrnoError(info.Env(), errno, "getsockopt");
	return Napi::Buffer<uint8_t>::Copy(info.Env(), buffer.data(), length < buffer.size() ? length : buffer.size());
}

void ExportRawSockets(Napi::Env env, Napi::Object exports) {
	exports.Set("rawOpen", Napi::Function::New(env, RawOpen, "rawOpen"));
	exports.Set("rawSend", Napi::Function::New(env, RawSend, "rawSend"));
	exports.Set("rawReceive", Napi::Function::New(env, RawReceive, "rawReceive"));
	exports.Set("socketOption", Napi::Function::New(env, SocketOption, "socketOption"));
}
