import { start } from './start'
import Readers from './Readers.svelte'

start(Readers)
