/** A flow table in memory, for tests. */
import type { Flow } from '../../kernel/flows/flow.js';
import type { FlowEvent } from '../../kernel/flows/flow-events.js';
import { NOTHING_COUNTED, type CpuStatistics, type FlowEvents, type FlowStore, type FlowsNow } from './flow-store.js';
import type { FlowFamily } from './request.js';
import { SAMPLE_HZ, SAMPLE_NOW } from './sample-flows.js';

export class MemoryFlowStore implements FlowStore {
  readonly hz = SAMPLE_HZ;
  readonly eventBytes = 4096;

  /** @param batches what each wait for events finds, in order @param lost how many events were lost before each of them */
  constructor(
    private flows: readonly Flow[],
    private readonly batches: (readonly FlowEvent[])[] = [],
    private readonly lost: number[] = [],
  ) {}

  list(): FlowsNow {
    return { flows: this.flows, now: SAMPLE_NOW };
  }

  delete(flows: readonly Flow[]): readonly Flow[] {
    const deleted = flows.filter((flow) => this.flows.includes(flow));
    this.flows = this.flows.filter((flow) => !deleted.includes(flow));
    return deleted;
  }

  flush(family: FlowFamily | undefined): void {
    this.flows = this.flows.filter((flow) => family !== undefined && flow.family !== family);
  }

  count(): number {
    return this.flows.length;
  }

  statistics(): readonly CpuStatistics[] {
    return [NOTHING_COUNTED, NOTHING_COUNTED];
  }

  async listen(body: (events: FlowEvents) => Promise<void>): Promise<void> {
    await body({ take: () => this.batches.shift() ?? [], takeLost: () => this.lost.shift() ?? 0 });
  }
}
