/** The running kernel behind the {@link Kernel} interface. */
import { native } from '../native/native.js';
import { cachedKernelTypes } from './btf-cache.js';
import { possibleCpus } from './cpus.js';
import type { Kernel, Link, LocalRoute } from './kernel.js';
import { linkRequest, localRouteRequest, messages, parseLink, parseLocalRoute, RTM } from './netlink.js';

function links(): Link[] {
  return [...messages(native().netlinkDump(RTM.getLink, linkRequest(), false))].flatMap((message) => (message.type === RTM.newLink ? (parseLink(message.body) ?? []) : []));
}

function localRoutes(): LocalRoute[] {
  const dump = native().netlinkDump(RTM.getRoute, localRouteRequest(), true);
  return [...messages(dump)].flatMap((message) => (message.type === RTM.newRoute ? (parseLocalRoute(message.body) ?? []) : []));
}

/** @throws Error when the native addon is not built. */
export function realKernel(): Kernel {
  // The addon's functions do not use `this`.
  return { ...native(), cpus: possibleCpus(), links, localRoutes, types: (wants) => cachedKernelTypes(wants) };
}
