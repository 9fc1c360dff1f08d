/** The flow table of the network namespace that the process is in. Where no rule tracks connections there is none, and so no flow. */
import { countFlows, deleteFlows, flushFlows, withFlowEditor } from '../../kernel/flows/edit.js';
import type { Flow } from '../../kernel/flows/flow.js';
import { FlowListener } from '../../kernel/flows/flow-events.js';
import { flowStatistics } from '../../kernel/flows/table.js';
import { jiffiesPerSecond } from '../../kernel/kernel-facts.js';
import { realKernel } from '../../kernel/real-kernel.js';
import { FLOW_EVENTS_SIZE } from '../../link/stage-maps.js';
import { NOTHING_COUNTED, type CpuStatistics, type FlowEvents, type FlowStore, type FlowsNow } from './flow-store.js';
import type { FlowFamily } from './request.js';

export class KernelFlowStore implements FlowStore {
  readonly eventBytes = FLOW_EVENTS_SIZE;
  readonly hz = jiffiesPerSecond();
  private readonly kernel = realKernel();

  list(): FlowsNow {
    return withFlowEditor<FlowsNow>(this.kernel, { flows: [], now: 0n }, (editor) => ({ flows: editor.list(), now: editor.now() }));
  }

  delete(flows: readonly Flow[]): readonly Flow[] {
    const results = deleteFlows(this.kernel, flows);
    return flows.filter((_, index) => results[index] === 'done');
  }

  flush(family: FlowFamily | undefined): void {
    flushFlows(this.kernel, family);
  }

  count(): number {
    return countFlows(this.kernel);
  }

  statistics(): readonly CpuStatistics[] {
    const counted = flowStatistics(this.kernel);
    if (counted.length === 0) return Array.from({ length: this.kernel.cpus }, () => NOTHING_COUNTED);
    return counted.map(({ unlocked: _, ...shown }) => shown);
  }

  async listen(body: (events: FlowEvents) => Promise<void>): Promise<void> {
    await FlowListener.with(body);
  }
}
