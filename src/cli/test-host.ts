/** A Host on the in-memory store that remembers what was printed. For tests. */
import type { Family } from '../ruleset/model.js';
import { bpfProgramName, type Host } from './host.js';
import { MemoryStore } from './memory-store.js';

export class TestHost implements Host {
  readonly family: Family;
  readonly calledAs: string;
  privileged = true;
  input = '';
  stdout = '';
  stderr = '';
  /** What lock() was asked for, and how often a lock was given back. */
  readonly waits: (number | undefined)[] = [];
  releases = 0;

  constructor(readonly store: MemoryStore = new MemoryStore('ipv4')) {
    this.family = store.read().family;
    this.calledAs = bpfProgramName(this.family);
  }

  out(text: string): void {
    this.stdout += text;
  }

  err(text: string): void {
    this.stderr += text;
  }

  openStore(): MemoryStore {
    return this.store;
  }

  lock(seconds: number | undefined): () => void {
    this.waits.push(seconds);
    return () => (this.releases += 1);
  }

  readInput(): Buffer {
    return Buffer.from(this.input);
  }

  now(): Date {
    return new Date(2026, 10, 2, 3, 4, 5);
  }

  async nameAddresses(): Promise<() => undefined> {
    return () => undefined;
  }
}
