import { start } from '../../shared/page/start'
import Privacy from './Privacy.svelte'

start(Privacy)
