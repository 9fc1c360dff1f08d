// SPDX-License-Identifier: MIT
// One function per file of this addon, each adding its exports.
#ifndef BPF_IPTABLES_EXPORTS_H
#define BPF_IPTABLES_EXPORTS_H

#include <napi.h>

void ExportMaps(Napi::Env env, Napi::Object exports);
void ExportPrograms(Napi::Env env, Napi::Object exports);
void ExportObjects(Napi::Env env, Napi::Object exports);
void ExportNetlink(Napi::Env env, Napi::Object exports);
void ExportPackets(Napi::Env env, Napi::Object exports);
void ExportRawSockets(Napi::Env env, Napi::Object exports);
void ExportSystem(Napi::Env env, Napi::Object exports);
void ExportRingBuffers(Napi::Env env, Napi::Object exports);

#endif
