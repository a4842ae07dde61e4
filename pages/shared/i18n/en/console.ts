// All that the consoles say, in English.
import { sentences } from './console/sentences.ts'
import { tables } from './console/tables.ts'
import { words } from './console/words.ts'

export const console = { ...sentences, ...words, ...tables }
