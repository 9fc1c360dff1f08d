// SPDX-License-Identifier: MIT
#include "arguments.h"

#include <cmath>
#include <cstring>

static Napi::TypeError Wrong(Napi::Env env, const char *name, const char *what) {
	return Napi::TypeError::New(env, std::string(name) + ": " + what);
}

uint32_t ArgU32(const Napi::CallbackInfo &info, size_t index, const char *name) {
	if (index >= info.Length() || !info[index].IsNumber()) throw Wrong(info.Env(), name, "number expected");
	double value = info[index].As<Napi::Number>().DoubleValue();
	if (!(value >= 0 && value <= 4294967295.0) || value != std::floor(value)) throw Wrong(info.Env(), name, "32-bit unsigned integer expected");
	return static_cast<uint32_t>(value);
}

int ArgFd(const Napi::CallbackInfo &info, size_t index, const char *name) {
	uint32_t value = ArgU32(info, index, name);
	if (value > 0x7fffffffu) throw Wrong(info.Env(), name, "file descriptor expected");
	return static_cast<int>(value);
}

uint64_t ArgU64(const Napi::CallbackInfo &info, size_t index, const char *name) {
	if (index >= info.Length() || !info[index].IsBigInt()) throw Wrong(info.Env(), name, "bigint expected");
	bool lossless = false;
	uint64_t value = info[index].As<Napi::BigInt>().Uint64Value(&lossless);
	if (!lossless) throw Wrong(info.Env(), name, "64-bit unsigned integer expected");
	return value;
}

Bytes ArgBytes(const Napi::CallbackInfo &info, size_t index, const char *name) {
	if (index >= info.Length() || !info[index].IsTypedArray()) throw Wrong(info.Env(), name, "Uint8Array expected");
	Napi::TypedArray array = info[index].As<Napi::TypedArray>();
	if (array.TypedArrayType() != napi_uint8_array) throw Wrong(info.Env(), name, "Uint8Array expected");
	Napi::Uint8Array bytes = array.As<Napi::Uint8Array>();
	return {bytes.Data(), bytes.ByteLength()};
}

Bytes ArgBytesAtLeast(const Napi::CallbackInfo &info, size_t index, const char *name, size_t least) {
	Bytes bytes = ArgBytes(info, index, name);
	if (bytes.length < least) throw Wrong(info.Env(), name, ("at least " + std::to_string(least) + " bytes expected").c_str());
	return bytes;
}

Bytes ArgOptionalBytes(const Napi::CallbackInfo &info, size_t index, const char *name) {
	if (index >= info.Length() || info[index].IsUndefined()) return {nullptr, 0};
	return ArgBytes(info, index, name);
}

std::string ArgString(const Napi::CallbackInfo &info, size_t index, const char *name, size_t most) {
	if (index >= info.Length() || !info[index].IsString()) throw Wrong(info.Env(), name, "string expected");
	std::string value = info[index].As<Napi::String>().Utf8Value();
	if (value.size() > most) throw Wrong(info.Env(), name, ("at most " + std::to_string(most) + " bytes expected").c_str());
	if (value.find('\0') != std::string::npos) throw Wrong(info.Env(), name, "string without NUL expected");
	return value;
}

Napi::Error ErrnoError(Napi::Env env, int error, const char *syscall) {
	const char *code = strerrorname_np(error);
	Napi::Error result = Napi::Error::New(env, std::string(syscall) + ": " + strerror(error));
	result.Set("code", Napi::String::New(env, code ? code : std::to_string(error)));
	result.Set("errno", Napi::Number::New(env, error));
	result.Set("syscall", Napi::String::New(env, syscall));
	return result;
}
