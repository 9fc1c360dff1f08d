/** Loads a program, with the types of its functions where the verifier is to follow some of them alone. */
import type { Hook, ProgSpec } from '../emit/spec.js';
import { ATTACH_TYPE, PROG_TYPE } from '../native/native.js';
import { functionTypes } from './function-types.js';
import type { Kernel } from './kernel.js';
import { LICENSE } from './license.js';

const TYPES: Readonly<Record<Hook, { readonly type: number; readonly attachType: number }>> = {
  'tc-ingress': { type: PROG_TYPE.schedCls, attachType: ATTACH_TYPE.none },
  'tc-egress': { type: PROG_TYPE.schedCls, attachType: ATTACH_TYPE.none },
  xdp: { type: PROG_TYPE.xdp, attachType: ATTACH_TYPE.none },
  netfilter: { type: PROG_TYPE.netfilter, attachType: ATTACH_TYPE.netfilter },
};

/**
 * Loads `program`.
 * @param insns its instructions, relocated
 * @param name of the kernel's object, at most 15 bytes
 * @returns its descriptor
 * @throws the addon's error, with the verifier's words
 */
export function loadProgram(kernel: Pick<Kernel, 'btfLoad' | 'progLoad' | 'closeFd'>, program: ProgSpec, insns: Uint8Array, name: string): number {
  const { type, attachType } = TYPES[program.hook];
  if (program.functions === undefined) return kernel.progLoad(type, attachType, insns, LICENSE, name);
  const { types, records } = functionTypes(program.functions, program.hook);
  const btf = kernel.btfLoad(types);
  try {
    return kernel.progLoad(type, attachType, insns, LICENSE, name, btf, records);
  } finally {
    kernel.closeFd(btf);
  }
}
