// SPDX-License-Identifier: MIT
// The addon: one system call per export, no policy. Types in native.ts.
#include "exports.h"

static Napi::Object Init(Napi::Env env, Napi::Object exports) {
	ExportMaps(env, exports);
	ExportPrograms(env, exports);
	ExportObjects(env, exports);
	ExportNetlink(env, exports);
	ExportPackets(env, exports);
	ExportRawSockets(env, exports);
	ExportSystem(env, exports);
	ExportRingBuffers(env, exports);
	return exports;
}

NODE_API_MODULE(bpf_iptables, Init)
