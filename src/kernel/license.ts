/** What programs say of their licence: FIB lookup and kfuncs are for GPL-compatible programs only. */
export const LICENSE = 'Dual MIT/GPL';
