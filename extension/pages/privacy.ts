import { start } from './start'
import Privacy from './Privacy.svelte'

start(Privacy)
