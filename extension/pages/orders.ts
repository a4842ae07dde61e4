import { start } from './start'
import Orders from './Orders.svelte'

start(Orders)
