// SPDX-License-Identifier: MIT
// AF_PACKET sockets for the test harness: whole frames out and in.
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "arguments.h"
#include "exports.h"

// packetOpen(ifindex, protocol) -> non-blocking fd of the current network namespace; protocol in host order: ETH_P_ALL 3 sees everything, 0 receives nothing
static Napi::Value PacketOpen(const Napi::CallbackInfo &info) {
	uint32_t ifindex = ArgU32(info, 0, "ifindex");
	uint32_t protocol = ArgU32(info, 1, "protocol");
	if (ifindex > 0x7fffffffu || protocol > 0xffff) throw Napi::RangeError::New(info.Env(), "ifindex or protocol: too large");
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0) throw ErrnoError(info.Env(), errno, "socket(AF_PACKET)");
	int size = 32 << 20;
	// Forced past rmem_max where privileged: a burst must not be lost in the socket.
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size));
	sockaddr_ll address = {};
	address.sll_family = AF_PACKET;
	address.sll_protocol = htons(static_cast<uint16_t>(protocol));
	address.sll_ifindex = static_cast<int>(ifindex);
	if (bind(fd, reinterpret_cast<sockaddr *>(&address), sizeof(address)) < 0) {
		int error = errno;
		close(fd);
		throw ErrnoError(info.Env(), error, "bind(AF_PACKET)");
	}
	return Napi::Number::New(info.Env(), fd);
}

// packetSend(fd, frame): the frame from its Ethernet header on; EAGAIN or ENOBUFS when the queue is full
static Napi::Value PacketSend(const Napi::CallbackInfo &info) {
	Bytes frame = ArgBytes(info, 1, "frame");
	if (send(ArgFd(info, 0, "fd"), frame.data, frame.length, 0) < 0) throw ErrnoError(info.Env(), errno, "send");
	return info.Env().Undefined();
}

// packetReceive(fd) -> {data, ifindex, type, protocol} | undefined; type PACKET_*: 0 host, 1 broadcast, 2 multicast, 3 other host, 4 outgoing
static Napi::Value PacketReceive(const Napi::CallbackInfo &info) {
	static uint8_t buffer[1 << 17];
	sockaddr_ll from = {};
	socklen_t length = sizeof(from);
	ssize_t got = recvfrom(ArgFd(info, 0, "fd"), buffer, sizeof(buffer), MSG_DONTWAIT, reinterpret_cast<sockaddr *>(&from), &length);
	if (got < 0) {
		if (errno == EAGAIN || errno == EINTR) return info.Env().Undefined();
		throw ErrnoError(info.Env(), errno, "recvfrom");
	}
	Napi::Object result = Napi::Object::New(info.Env());
	result.Set("data", Napi::Buffer<uint8_t>::Copy(info.Env(), buffer, static_cast<size_t>(got)));
	result.Set("ifindex", Napi::Number::New(info.Env(), from.sll_ifindex));
	result.Set("type", Napi::Number::New(info.Env(), from.sll_pkttype));
	result.Set("protocol", Napi::Number::New(info.Env(), ntohs(from.sll_protocol)));
	return result;
}

// interfaceIndex(name) -> ifindex in the current network namespace, 0 where there is none
static Napi::Value InterfaceIndex(const Napi::CallbackInfo &info) {
	return Napi::Number::New(info.Env(), if_nametoindex(ArgString(info, 0, "name", 15).c_str()));
}

void ExportPackets(Napi::Env env, Napi::Object exports) {
	exports.Set("packetOpen", Napi::Function::New(env, PacketOpen, "packetOpen"));
	exports.Set("packetSend", Napi::Function::New(env, PacketSend, "packetSend"));
	exports.Set("packetReceive", Napi::Function::New(env, PacketReceive, "packetReceive"));
	exports.Set("interfaceIndex", Napi::Function::New(env, InterfaceIndex, "interfaceIndex"));
}
