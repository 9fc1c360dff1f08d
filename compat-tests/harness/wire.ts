/**
 * The harness's own sockets: raw frames in and out at the peers' ends of the wires, whole IP packets in and out at the dut.
 * A Wire holds sockets in many namespaces at once, so that the twins get each packet within microseconds of each other.
 */

export type Endpoint =
  /** AF_PACKET on a device: sends whole Ethernet frames, receives the frames of its family (IPv4 unless `version` says 6) that come in there. */
  | { readonly kind: 'device'; readonly namespace: string; readonly device: string; readonly version?: 4 | 6 }
  /** AF_PACKET on a device, only to send. */
  | { readonly kind: 'device-send'; readonly namespace: string; readonly device: string }
  /** Raw IP socket with IP_HDRINCL: sends whole packets (IPv4 unless `version` says 6) as the namespace's own, through its OUTPUT. */
  | { readonly kind: 'local-send'; readonly namespace: string; readonly version?: 4 | 6 }
  /** Raw IP socket: receives a copy of every whole packet of one protocol that INPUT let through to the host itself; of IPv6 from the transport header on. */
  | { readonly kind: 'local-receive'; readonly namespace: string; readonly protocol: number; readonly version?: 4 | 6 };

export interface Outgoing {
  /** Index of the endpoint. */
  readonly endpoint: number;
  /** Frame from the Ethernet header on (device) or packet from the IP header on (local-send). */
  readonly bytes: Uint8Array;
}

export interface Received {
  readonly endpoint: number;
  readonly bytes: Uint8Array;
}

export interface Wire {
  /** Sends in order. A refusal of the kernel to send (EPERM where OUTPUT drops, ENOBUFS) is not an error here: the counters tell. */
  send(frames: readonly Outgoing[]): void;
  /** What came in since the last call, in order of arrival per endpoint; waits until nothing more comes. */
  drain(): Promise<Received[]>;
  close(): void;
}
