/**
 * The ring buffer that LOG rules fill (map `log`, bpf/log.h), for the one process that empties it. A record read is gone.
 */
import { InternalFault } from '../errors/errors.js';
import { native, type RingHandle } from '../native/native.js';
import { Catalog } from './catalog.js';
import { withDescriptors, type Descriptors } from './descriptors.js';
import { LOOPBACK_IFINDEX } from './kernel.js';
import { sharedMapName } from './names.js';
import { realKernel } from './real-kernel.js';

/** Offsets in struct log_lost (bpf/log.h). */
const LOST = 0;
const TOLD = 8;

/** Records taken out at a time. */
const BATCH = 256;

export class LogRing {
  private constructor(
    private readonly ring: RingHandle,
    private readonly ringFd: number,
    private readonly lostFd: number,
  ) {}

  /**
   * Calls `body` with the ring of the network namespace that the calling thread is in, or with undefined where no LOG rule has
   * been there since the first rule was.
   * @throws InternalFault when another process empties it
   */
  static with(body: (ring: LogRing | undefined) => void): void {
    const calls = native();
    withDescriptors(calls, (descriptors) => {
      const lock = descriptors.own(calls.openLockFile(`/run/bpf-iptables-log.${calls.networkNamespaceCookie()}.lock`));
      if (!calls.lockExclusive(lock, false)) throw new InternalFault('another process reads the log of this network namespace');
      body(LogRing.find(descriptors));
    });
  }

  private static find(descriptors: Descriptors): LogRing | undefined {
    const calls = native();
    const ids = new Catalog(realKernel(), descriptors).attachedBoth(LOOPBACK_IFINDEX)[0]?.sharedIds;
    const [ring, lost] = [ids?.get(sharedMapName('log')), ids?.get(sharedMapName('log_lost'))];
    if (ring === undefined || lost === undefined) return undefined;
    const ringFd = descriptors.own(calls.mapFdById(ring));
    return new LogRing(calls.ringOpen(ringFd), ringFd, descriptors.own(calls.mapFdById(lost)));
  }

  /** Takes out what is there, at most BATCH records; empty when there is nothing. */
  take(): Uint8Array[] {
    return native().ringDrain(this.ring, BATCH);
  }

  /** Waits for a record. @returns whether there is one */
  wait(milliseconds: number): boolean {
    return native().poll(this.ringFd, milliseconds);
  }

  /** How many records were lost since the last call, by this process or an earlier one. */
  takeLost(): bigint {
    const lost = native().mapLoadWord(this.lostFd, LOST);
    const told = native().mapLoadWord(this.lostFd, TOLD);
    if (lost !== told) native().mapStoreWord(this.lostFd, TOLD, lost);
    return lost - told;
  }
}
