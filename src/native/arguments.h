// SPDX-License-Identifier: MIT
// Checked access to JavaScript arguments: every export goes through these, so that a wrong call is a TypeError, never a wild pointer.
#ifndef BPF_IPTABLES_ARGUMENTS_H
#define BPF_IPTABLES_ARGUMENTS_H

#include <napi.h>

#include <cstdint>
#include <string>

struct Bytes {
	uint8_t *data;
	size_t length;
};

// Unsigned 32-bit integer; TypeError for anything else, fractions and negative numbers included.
uint32_t ArgU32(const Napi::CallbackInfo &info, size_t index, const char *name);
// File descriptor or other int >= 0.
int ArgFd(const Napi::CallbackInfo &info, size_t index, const char *name);
// BigInt that fits in 64 bits unsigned.
uint64_t ArgU64(const Napi::CallbackInfo &info, size_t index, const char *name);
// Uint8Array (Buffer included); the view's own bytes, not its whole ArrayBuffer.
Bytes ArgBytes(const Napi::CallbackInfo &info, size_t index, const char *name);
// As ArgBytes, and at least `least` long.
Bytes ArgBytesAtLeast(const Napi::CallbackInfo &info, size_t index, const char *name, size_t least);
// As ArgBytes, or {nullptr, 0} where the argument is undefined.
Bytes ArgOptionalBytes(const Napi::CallbackInfo &info, size_t index, const char *name);
// String without NUL characters, at most `most` bytes in UTF-8.
std::string ArgString(const Napi::CallbackInfo &info, size_t index, const char *name, size_t most);

// Error with .code ("EPERM"), .errno (positive), .syscall; for the caller to throw.
Napi::Error ErrnoError(Napi::Env env, int error, const char *syscall);

#endif
