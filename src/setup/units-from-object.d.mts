import type { StoredUnit } from '../link/code-unit.js';

export function unitsFromObject(file: Buffer): StoredUnit[];
