/** All scripted flows of the suite that are run at every place. */
import { EXCHANGES, OTHER_PROTOCOLS } from '../scripts-datagrams.js';
import { ERRORS } from '../scripts-errors.js';
import { STORIES } from '../scripts-stories.js';
import type { Script } from './run-scripts.js';

export const SCRIPTED: readonly Script[] = [...STORIES, ...ERRORS, ...EXCHANGES, ...OTHER_PROTOCOLS];
