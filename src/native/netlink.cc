// SPDX-License-Identifier: MIT
// Netlink as bytes: a dump as one buffer of messages, and a subscription to rtnetlink to poll. Parsing is TypeScript's (src/kernel/netlink.ts).
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

#include "arguments.h"
#include "exports.h"

static int OpenNetlink(int protocol, uint32_t groups, int flags) {
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | flags, protocol);
	if (fd < 0) return -1;
	sockaddr_nl address = {};
	address.nl_family = AF_NETLINK;
	address.nl_groups = groups;
	if (bind(fd, reinterpret_cast<sockaddr *>(&address), sizeof(address)) < 0) {
		int error = errno;
		close(fd);
		errno = error;
		return -1;
	}
	return fd;
}

// Appends the dump's messages to `out`. 0 or an errno; EINTR when the kernel says that the dump is inconsistent.
static int Dump(int fd, uint16_t type, const Bytes &body, std::vector<uint8_t> *out) {
	std::vector<uint8_t> request(NLMSG_SPACE(body.length));
	nlmsghdr *header = reinterpret_cast<nlmsghdr *>(request.data());
	header->nlmsg_len = static_cast<uint32_t>(NLMSG_LENGTH(body.length));
	header->nlmsg_type = type;
	header->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	header->nlmsg_seq = 1;
	if (body.length) memcpy(NLMSG_DATA(header), body.data, body.length);
	if (send(fd, request.data(), header->nlmsg_len, 0) < 0) return errno;
	alignas(nlmsghdr) static uint8_t buffer[1 << 16];
	bool interrupted = false;
	for (;;) {
		ssize_t got = recv(fd, buffer, sizeof(buffer), MSG_TRUNC);
		if (got < 0) {
			if (errno == EINTR) continue;
			return errno;
		}
		if (static_cast<size_t>(got) > sizeof(buffer)) return EMSGSIZE;
		size_t left = static_cast<size_t>(got);
		for (nlmsghdr *message = reinterpret_cast<nlmsghdr *>(buffer); NLMSG_OK(message, left); message = NLMSG_NEXT(message, left)) {
			if (message->nlmsg_flags & NLM_F_DUMP_INTR) interrupted = true;
			if (message->nlmsg_type == NLMSG_DONE) return interrupted ? EINTR : 0;
			if (message->nlmsg_type == NLMSG_ERROR) {
				if (message->nlmsg_len < NLMSG_LENGTH(sizeof(nlmsgerr))) return EBADMSG;
				return -reinterpret_cast<nlmsgerr *>(NLMSG_DATA(message))->error;
			}
			const uint8_t *start = reinterpret_cast<uint8_t *>(message);
			out->insert(out->end(), start, start + message->nlmsg_len);
			out->resize(NLMSG_ALIGN(out->size()));
		}
	}
}

// netlinkDump(type, body, strict, protocol) -> Uint8Array: the messages of the dump, each from its nlmsghdr on, 4-byte aligned.
// protocol is NETLINK_ROUTE (0) when left out. strict asks the kernel to filter by the fields of `body` (NETLINK_GET_STRICT_CHK). Tries again, at most 8 times, when the dump was interrupted by a change.
static Napi::Value NetlinkDump(const Napi::CallbackInfo &info) {
	uint32_t type = ArgU32(info, 0, "type");
	Bytes body = ArgBytes(info, 1, "body");
	bool strict = info[2].IsBoolean() && info[2].As<Napi::Boolean>().Value();
	uint32_t protocol = info.Length() > 3 ? ArgU32(info, 3, "protocol") : NETLINK_ROUTE;
	if (type > 0xffff || body.length > 4096 || protocol > 31) throw Napi::RangeError::New(info.Env(), "type, body or protocol: too large");
	int fd = OpenNetlink(static_cast<int>(protocol), 0, 0);
	if (fd < 0) throw ErrnoError(info.Env(), errno, "socket(AF_NETLINK)");
	int on = 1;
	if (strict) setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on, sizeof(on));
	std::vector<uint8_t> out;
	int error = EINTR;
	for (int attempt = 0; attempt < 8 && error == EINTR; attempt++) {
		out.clear();
		error = Dump(fd, static_cast<uint16_t>(type), body, &out);
	}
	close(fd);
	if (error) throw ErrnoError(info.Env(), error, "netlink dump");
	return Napi::Buffer<uint8_t>::Copy(info.Env(), out.data(), out.size());
}

// The words the kernel adds to an error (NLMSGERR_ATTR_MSG), "" where it adds none. NETLINK_CAP_ACK is set: no request behind the error.
static std::string Words(const nlmsghdr *message) {
	if (!(message->nlmsg_flags & NLM_F_ACK_TLVS)) return "";
	const uint8_t *at = reinterpret_cast<const uint8_t *>(message) + NLMSG_LENGTH(sizeof(nlmsgerr));
	const uint8_t *end = reinterpret_cast<const uint8_t *>(message) + message->nlmsg_len;
	while (end - at >= static_cast<ptrdiff_t>(sizeof(nlattr))) {
		const nlattr *attribute = reinterpret_cast<const nlattr *>(at);
		if (attribute->nla_len < sizeof(nlattr) || attribute->nla_len > end - at) break;
		if (attribute->nla_type == NLMSGERR_ATTR_MSG) {
			const char *text = reinterpret_cast<const char *>(at + sizeof(nlattr));
			return std::string(text, strnlen(text, attribute->nla_len - sizeof(nlattr)));
		}
		at += NLA_ALIGN(attribute->nla_len);
	}
	return "";
}

// netlinkRequest(type, body): one change by rtnetlink, acknowledged before it returns. An error carries the kernel's words as .words.
static Napi::Value NetlinkRequest(const Napi::CallbackInfo &info) {
	uint32_t type = ArgU32(info, 0, "type");
	Bytes body = ArgBytes(info, 1, "body");
	if (type > 0xffff || body.length > 4096) throw Napi::RangeError::New(info.Env(), "type or body: too large");
	int fd = OpenNetlink(NETLINK_ROUTE, 0, 0);
	if (fd < 0) throw ErrnoError(info.Env(), errno, "socket(AF_NETLINK)");
	int on = 1;
	setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	std::vector<uint8_t> request(NLMSG_SPACE(body.length));
	nlmsghdr *header = reinterpret_cast<nlmsghdr *>(request.data());
	header->nlmsg_len = static_cast<uint32_t>(NLMSG_LENGTH(body.length));
	header->nlmsg_type = static_cast<uint16_t>(type);
	header->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	header->nlmsg_seq = 1;
	if (body.length) memcpy(NLMSG_DATA(header), body.data, body.length);
	alignas(nlmsghdr) uint8_t answer[4096];
	int error = send(fd, request.data(), header->nlmsg_len, 0) < 0 ? errno : 0;
	std::string words;
	if (!error) {
		ssize_t got;
		do got = recv(fd, answer, sizeof(answer), 0);
		while (got < 0 && errno == EINTR);
		const nlmsghdr *message = reinterpret_cast<nlmsghdr *>(answer);
		if (got < 0) {
			error = errno;
		} else if (!NLMSG_OK(message, static_cast<size_t>(got)) || message->nlmsg_type != NLMSG_ERROR || message->nlmsg_len < NLMSG_LENGTH(sizeof(nlmsgerr))) {
			error = EBADMSG;
		} else {
			error = -static_cast<const nlmsgerr *>(NLMSG_DATA(message))->error;
			words = Words(message);
		}
	}
	close(fd);
	if (error) {
		Napi::Error failure = ErrnoError(info.Env(), error, "rtnetlink");
		if (!words.empty()) failure.Set("words", Napi::String::New(info.Env(), words));
		throw failure;
	}
	return info.Env().Undefined();
}

// netlinkSubscribe(groups) -> non-blocking fd; groups is the bit mask of RTMGRP_*
static Napi::Value NetlinkSubscribe(const Napi::CallbackInfo &info) {
	int fd = OpenNetlink(NETLINK_ROUTE, ArgU32(info, 0, "groups"), SOCK_NONBLOCK);
	if (fd < 0) throw ErrnoError(info.Env(), errno, "socket(AF_NETLINK)");
	return Napi::Number::New(info.Env(), fd);
}

// netlinkReceive(fd) -> Uint8Array | undefined (nothing waiting); ENOBUFS says that events were lost
static Napi::Value NetlinkReceive(const Napi::CallbackInfo &info) {
	alignas(nlmsghdr) static uint8_t buffer[1 << 16];
	ssize_t got = recv(ArgFd(info, 0, "fd"), buffer, sizeof(buffer), MSG_DONTWAIT | MSG_TRUNC);
	if (got < 0) {
		if (errno == EAGAIN || errno == EINTR) return info.Env().Undefined();
		throw ErrnoError(info.Env(), errno, "recv");
	}
	if (static_cast<size_t>(got) > sizeof(buffer)) throw ErrnoError(info.Env(), EMSGSIZE, "recv");
	return Napi::Buffer<uint8_t>::Copy(info.Env(), buffer, static_cast<size_t>(got));
}

// poll(fd, milliseconds) -> whether it is readable; blocks the thread
static Napi::Value Poll(const Napi::CallbackInfo &info) {
	pollfd entry = {ArgFd(info, 0, "fd"), POLLIN, 0};
	int ready = poll(&entry, 1, static_cast<int>(ArgU32(info, 1, "milliseconds") & 0x7fffffff));
	if (ready < 0 && errno != EINTR) throw ErrnoError(info.Env(), errno, "poll");
	return Napi::Boolean::New(info.Env(), ready > 0);
}

void ExportNetlink(Napi::Env env, Napi::Object exports) {
	exports.Set("netlinkDump", Napi::Function::New(env, NetlinkDump, "netlinkDump"));
	exports.Set("netlinkRequest", Napi::Function::New(env, NetlinkRequest, "netlinkRequest"));
	exports.Set("netlinkSubscribe", Napi::Function::New(env, NetlinkSubscribe, "netlinkSubscribe"));
	exports.Set("netlinkReceive", Napi::Function::New(env, NetlinkReceive, "netlinkReceive"));
	exports.Set("poll", Napi::Function::New(env, Poll, "poll"));
}
