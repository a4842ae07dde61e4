import { start } from './start'
import Receipt from './Receipt.svelte'

start(Receipt)
