/** Owns descriptors for the time of one operation. */
import type { Kernel } from './kernel.js';

export class Descriptors {
  private readonly open: number[] = [];

  constructor(private readonly kernel: Pick<Kernel, 'closeFd'>) {}

  /** Takes ownership and hands the descriptor through. */
  own(fd: number): number {
    this.open.push(fd);
    return fd;
  }

  /** Closes all, last first. */
  close(): void {
    for (let fd = this.open.pop(); fd !== undefined; fd = this.open.pop()) this.kernel.closeFd(fd);
  }
}

/** Runs `body` with a scope of descriptors and closes them whatever happens. */
export function withDescriptors<Result>(kernel: Pick<Kernel, 'closeFd'>, body: (descriptors: Descriptors) => Result): Result {
  const descriptors = new Descriptors(kernel);
  try {
    return body(descriptors);
  } finally {
    descriptors.close();
  }
}
