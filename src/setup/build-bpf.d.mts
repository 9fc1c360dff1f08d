import type { StoredUnit } from '../link/code-unit.js';

export function clangFlags(): string[];
export function buildUnits(): StoredUnit[];
