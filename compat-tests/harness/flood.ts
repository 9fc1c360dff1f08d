/** Full-rate traffic: worker threads that send frames over devices of a namespace until they are stopped. */
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { native } from '../../src/native/native.js';
import { insideNamespace } from './open-wire.js';
import { loadFloodProgram } from './flood-program.js';

/** What one worker sends, over and over. */
export interface FloodOrder {
  readonly namespace: string;
  /** A power of two of devices there; each frame goes to the next. Their peers must take frames by XDP (an XDP program or GRO on them). */
  readonly devices: readonly string[];
  readonly frames: readonly { readonly bytes: Uint8Array; readonly count: number }[];
}

interface WorkerOrder extends FloodOrder {
  /** [0]: not 0 to stop. */
  readonly stop: Int32Array;
  /** [i]: copies of frame i sent. */
  readonly sent: BigInt64Array;
}

const BATCH = 64;

/** A running generator. */
export class Flood {
  private constructor(
    private readonly worker: Worker,
    private readonly stopFlag: Int32Array,
    private readonly sent: BigInt64Array,
  ) {}

  /** Starts a worker; frames flow when this returns. */
  static async start(order: FloodOrder): Promise<Flood> {
    const stop = new Int32Array(new SharedArrayBuffer(4));
    const sent = new BigInt64Array(new SharedArrayBuffer(8 * order.frames.length));
    const worker = new Worker(fileURLToPath(import.meta.url), { workerData: { ...order, stop, sent } satisfies WorkerOrder });
    await once(worker, 'message');
    return new Flood(worker, stop, sent);
  }

  /** Ends the worker. @returns how many copies of each frame were sent. */
  async stop(): Promise<readonly bigint[]> {
    const ended = once(this.worker, 'exit');
    Atomics.store(this.stopFlag, 0, 1);
    await ended;
    return [...this.sent];
  }
}

function work({ namespace, devices, frames, stop, sent }: WorkerOrder): void {
  insideNamespace(namespace, () => {
    const program = loadFloodProgram(devices.map((name) => native().interfaceIndex(name)));
    let told = false;
    while (Atomics.load(stop, 0) === 0) {
      frames.forEach(({ bytes, count }, i) => {
        native().progSendFrames(program, bytes, count, BATCH);
        Atomics.add(sent, i, BigInt(count));
      });
      if (!told) parentPort?.postMessage('flowing');
      told = true;
    }
    native().closeFd(program);
  });
}

if (!isMainThread) work(workerData as WorkerOrder);
