export interface ElfSection {
  readonly index: number;
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly link: number;
  readonly info: number;
  readonly data: Buffer;
}

export interface ElfSymbol {
  readonly name: string;
  /** STT_*: 2 function, 3 section. */
  readonly type: number;
  readonly global: boolean;
  /** 0 = undefined here. */
  readonly section: number;
  readonly value: number;
}

export function readElf(file: Buffer): {
  readonly sections: ElfSection[];
  readonly symbols: ElfSymbol[];
  relocations(section: number): { offset: number; type: number; symbol: ElfSymbol }[];
};
