/**
 * Follows rtnetlink while it runs: covers interfaces as they come, uncovers those that become ports, refreshes the mirrors when addresses,
 * routes or names change. The truth stays in the kernel: a watcher can die at any time.
 */
import { setImmediate, setTimeout } from 'node:timers/promises';
import { isSystemCallError, native } from '../native/native.js';
import { tryLock, type Lock } from './lock.js';
import type { Namespace } from './namespace.js';

/** RTMGRP_LINK, RTMGRP_IPV4_IFADDR, RTMGRP_IPV4_ROUTE, RTMGRP_IPV6_IFADDR, RTMGRP_IPV6_ROUTE (linux/rtnetlink.h). */
const GROUPS = 0x1 | 0x10 | 0x40 | 0x100 | 0x400;
const WAIT_MS = 100;
const RETRY_MS = 1000;

export type WatchEvent =
  /** Everything is covered and mirrored as of now; `names`: interfaces that were not covered before. */
  | { readonly kind: 'refreshed'; readonly names: readonly string[] }
  /** Could not; tried again in a second. */
  | { readonly kind: 'failed'; readonly error: Error };

/** Where changes are heard of. */
export interface ChangeSource {
  /** Waits at most so long; whether anything changed (or may have: events were lost). */
  changed(milliseconds: number): boolean;
  /** iptables' lock, undefined while another process holds it. */
  lock(): Lock | undefined;
  close(): void;
}

/** rtnetlink events of the network namespace that the calling thread is in. */
export function rtnetlinkChanges(): ChangeSource {
  const fd = native().netlinkSubscribe(GROUPS);
  const drain = (): boolean => {
    let any = false;
    for (;;) {
      try {
        if (native().netlinkReceive(fd) === undefined) return any;
      } catch (error) {
        // Lost events are a change like any other: everything is read anew.
        if (!isSystemCallError(error, 'ENOBUFS')) throw error;
      }
      any = true;
    }
  };
  return {
    changed: (milliseconds) => native().poll(fd, milliseconds) && drain(),
    lock: () => tryLock(),
    close: () => native().closeFd(fd),
  };
}

/** Refreshes at once and after every change until `signal` aborts. Blocks the thread for WAIT_MS at a time. */
export async function* watch(namespace: Pick<Namespace, 'cover'>, source: ChangeSource, signal: AbortSignal): AsyncGenerator<WatchEvent> {
  let pending = true;
  try {
    while (!signal.aborted) {
      // Another process with the lock covers interfaces itself, but may have listed them before this change.
      if (source.changed(pending ? 0 : WAIT_MS)) pending = true;
      const lock = pending ? source.lock() : undefined;
      if (lock) {
        let event: WatchEvent;
        try {
          event = { kind: 'refreshed', names: namespace.cover() };
          pending = false;
        } catch (error) {
          event = { kind: 'failed', error: error instanceof Error ? error : new Error(String(error)) };
        } finally {
          lock.release();
        }
        yield event;
        if (event.kind === 'failed') await setTimeout(RETRY_MS, undefined, { signal }).catch(() => undefined);
      } else if (pending) {
        await setTimeout(5, undefined, { signal }).catch(() => undefined);
      }
      // Signals are delivered between turns.
      await setImmediate();
    }
  } finally {
    source.close();
  }
}
