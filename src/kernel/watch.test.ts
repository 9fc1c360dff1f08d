import { describe, expect, it } from 'vitest';
import { watch, type ChangeSource, type WatchEvent } from './watch.js';

/** Plays a script of answers to `changed`, then aborts. */
function script(answers: readonly boolean[], locks: readonly boolean[] = []): { source: ChangeSource; signal: AbortSignal; released: () => number; closed: () => boolean } {
  const abort = new AbortController();
  let turn = 0;
  let lockTurn = 0;
  let released = 0;
  let closed = false;
  return {
    signal: abort.signal,
    released: () => released,
    closed: () => closed,
    source: {
      changed: () => {
        const answer = answers[turn++];
        if (answer === undefined) abort.abort();
        return answer ?? false;
      },
      lock: () => ((locks[lockTurn++] ?? true) ? { release: () => void released++ } : undefined),
      close: () => void (closed = true),
    },
  };
}

async function collect(events: AsyncGenerator<WatchEvent>): Promise<WatchEvent[]> {
  const all: WatchEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

describe('watch', () => {
  it('refreshes at once, then only after changes', async () => {
    const names = [['eth0'], [], ['eth1']];
    let covers = 0;
    const { source, signal, released, closed } = script([false, false, true, false, true, false]);
    const events = await collect(watch({ cover: () => names[covers++]! }, source, signal));
    expect(events).toEqual(names.map((list) => ({ kind: 'refreshed', names: list })));
    expect(released()).toBe(3);
    expect(closed()).toBe(true);
  });

  it('waits for the lock without forgetting the change', async () => {
    const { source, signal } = script([false, false, false, false], [false, false, true]);
    const events = await collect(watch({ cover: () => [] }, source, signal));
    expect(events).toHaveLength(1);
  });

  it('tells of failures, releases the lock and tries again', async () => {
    let covers = 0;
    const cover = (): string[] => {
      if (covers++ === 0) throw new Error('no memory');
      return ['eth0'];
    };
    const { source, signal, released } = script([false, false, false]);
    const events = await collect(watch({ cover }, source, signal));
    expect(events.map((event) => event.kind)).toEqual(['failed', 'refreshed']);
    expect(released()).toBe(2);
  });
});
