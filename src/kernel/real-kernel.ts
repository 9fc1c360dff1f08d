/** The running kernel behind the {@link Kernel} interface. */
import type { CodeUnit } from '../link/code-unit.js';
import { loadLibrary } from '../link/library.js';
import { native } from '../native/native.js';
import { cachedKernelTypes } from './btf-cache.js';
import { possibleCpus } from './cpus.js';
import { kernelFlows } from './flows/kernel-conntrack.js';
import type { Family } from '../ruleset/model.js';
import type { Kernel, Link, LocalRoute, LocalRoute6 } from './kernel.js';
import { linkRequest, localRouteRequest, mainRouteRequests6, messages, parseLink, parseLocalRoute, parseLocalRoute6, parseMainRoute6, RTM, xdpRequest } from './netlink.js';
import { otherRules } from './other-rules.js';
import { readRouteGeneration } from './route-generation.js';

function links(): Link[] {
  return [...messages(native().netlinkDump(RTM.getLink, linkRequest(), false))].flatMap((message) => (message.type === RTM.newLink ? (parseLink(message.body) ?? []) : []));
}

function routes<Route>(request: Uint8Array, parse: (body: Uint8Array) => Route | undefined): Route[] {
  const dump = native().netlinkDump(RTM.getRoute, request, true);
  return [...messages(dump)].flatMap((message) => (message.type === RTM.newRoute ? (parse(message.body) ?? []) : []));
}

let library: readonly CodeUnit[] | undefined;

/** @throws Error when the native addon is not built. */
export function realKernel(): Kernel {
  // The addon's functions do not use `this`.
  const types: Kernel['types'] = (wants) => cachedKernelTypes(wants);
  const localRoutes = (): LocalRoute[] => routes(localRouteRequest('ipv4'), parseLocalRoute);
  const localRoutes6 = (): LocalRoute6[] => [...routes(localRouteRequest('ipv6'), parseLocalRoute6), ...mainRouteRequests6().flatMap((request) => routes(request, parseMainRoute6))];
  const routeGeneration = (family: Family): number => readRouteGeneration({ ...native(), types }, (library ??= loadLibrary()), family);
  const xdpAttach: Kernel['xdpAttach'] = (ifindex, progFd, mode, replacedFd) => native().netlinkRequest(RTM.setLink, xdpRequest(ifindex, progFd, mode, replacedFd));
  const xdpDetach: Kernel['xdpDetach'] = (ifindex, mode, progFd) => native().netlinkRequest(RTM.setLink, xdpRequest(ifindex, -1, mode, progFd));
  return { ...native(), cpus: possibleCpus(), links, localRoutes, localRoutes6, xdpAttach, xdpDetach, routeGeneration, otherRules: (family) => otherRules(native(), family), trackedFlows: (family) => kernelFlows(native(), family), types };
}
