export function expandFile(spec: string): { flags: string[]; content: Buffer };
